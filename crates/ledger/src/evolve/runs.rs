//! Optimisation runs: frozen, and ended at once; or left open for the optimiser, and concluded.

use super::payments::step;
use crate::frozen::instance_of;
use crate::state::{Arrangement, OpenRun, State};
use domain::payment::Step;
use domain::plan::LimitKind;
use domain::{ArrangementId, PaymentId, PaymentState, RunId, Timestamp};
use std::collections::BTreeSet;

impl State {
    pub(super) fn run_frozen(&mut self, id: ArrangementId, run: RunId, items: u64) {
        let arrangement = &mut self.arrangements[id.index()];
        assert!(!arrangement.frozen && run == arrangement.next_run, "runs follow each other");
        assert_eq!(items, arrangement.queued_count, "a run freezes the whole queue");
        arrangement.frozen = true;
        arrangement.run_value_minor = 0;
        arrangement.run_payers.clear();
        for payment in arrangement.queued() {
            step(self.payments.of_mut(payment), Step::Freeze, PaymentState::InCycle);
        }
    }

    /// A run has released an item.
    pub(super) fn released_by_run(&mut self, id: ArrangementId, payment: PaymentId) {
        let (record, arrangement) = (self.payments.of(payment), &mut self.arrangements[id.index()]);
        assert!(arrangement.frozen && record.state == PaymentState::InCycle, "a run releases what it froze");
        arrangement.run_value_minor += i128::from(record.position_minor);
        arrangement.run_payers.insert(record.payer);
    }

    pub(super) fn run_ended(&mut self, id: ArrangementId, run: RunId) {
        assert!(self.arrangements[id.index()].open_run.is_none(), "a run that stays open is concluded");
        self.unfreeze(id, run);
    }

    /// What was not released at once stays frozen, with its headroom.
    pub(super) fn run_opened(&mut self, id: ArrangementId, run: RunId, items: u64, digest: [u8; 32], until: Timestamp) {
        let arrangement = &self.arrangements[id.index()];
        assert!(arrangement.frozen && run == arrangement.next_run, "only a run that began stays open");
        assert!(arrangement.open_run.is_none() && until > self.now, "a run is opened once, for a time");
        self.check_payers(arrangement);
        let instance = instance_of(self, arrangement);
        assert_eq!(instance.items.len() as u64, items, "what stays frozen is counted");
        assert_eq!(instance.digest(), digest, "the instance is what is frozen");
        let kept: BTreeSet<PaymentId> = instance.items.iter().map(|item| item.payment).collect();
        let arrangement = &mut self.arrangements[id.index()];
        arrangement.run_payers.clear();
        let all: Vec<PaymentId> = arrangement.queued().collect();
        for payment in all.into_iter().filter(|payment| !kept.contains(payment)) {
            step(self.payments.of_mut(payment), Step::Unfreeze, PaymentState::Queued);
        }
        for item in &instance.items {
            arrangement.of_mut(item.payer).frozen_minor += u128::from(item.amount.get());
        }
        arrangement.open_run = Some(Box::new(OpenRun { instance, digest, until, cancels: BTreeSet::new() }));
    }

    pub(super) fn cancel_pending(&mut self, payment: PaymentId) {
        let record = self.payments.of(payment);
        assert_eq!(record.state, PaymentState::InCycle, "only the cancel of a frozen payment is pending");
        let run = self.arrangements[record.arrangement.index()].open_run.as_mut().expect("a run is open");
        assert!(run.cancels.insert(payment), "a cancel is pending once");
    }

    pub(super) fn run_concluded(&mut self, id: ArrangementId, run: RunId, value_minor: i128) {
        let arrangement = &mut self.arrangements[id.index()];
        let open = arrangement.open_run.take().expect("only an open run is concluded");
        assert!(open.cancels.is_empty(), "pending cancels take effect before a run is concluded");
        assert_eq!(arrangement.run_value_minor, value_minor, "what a run released is counted");
        arrangement.participants.iter_mut().flatten().for_each(|participant| participant.frozen_minor = 0);
        self.unfreeze(id, run);
    }

    /// The end of a run: what is left goes on waiting where it was.
    fn unfreeze(&mut self, id: ArrangementId, run: RunId) {
        self.check_payers(&self.arrangements[id.index()]);
        let arrangement = &mut self.arrangements[id.index()];
        assert!(arrangement.frozen && run == arrangement.next_run, "only a run that began ends");
        arrangement.frozen = false;
        arrangement.next_run = RunId(run.0 + 1);
        let next = arrangement.next_run_after(self.now);
        if let Some(day) = &mut arrangement.day {
            day.next_run_at = next;
        }
        for payment in arrangement.queued() {
            let record = self.payments.of_mut(payment);
            // Others came while the run was open.
            if record.state == PaymentState::InCycle {
                step(record, Step::Unfreeze, PaymentState::Queued);
            }
        }
        arrangement.run_payers.clear();
    }

    /// A return or a withdrawn line may leave an institution short; what a run releases at one moment never does.
    fn check_payers(&self, arrangement: &Arrangement) {
        if arrangement.plan.limit(LimitKind::InstitutionShare).is_none() {
            return;
        }
        for payer in &arrangement.run_payers {
            let headroom = arrangement.of(*payer).headroom_minor(&self.accounts);
            assert!(headroom >= 0, "run {} took institution {payer} beyond its share", arrangement.next_run);
        }
    }
}

impl Arrangement {
    /// Everything that waits in a queue, by institution.
    pub(crate) fn queued(&self) -> impl Iterator<Item = PaymentId> + '_ {
        self.participants().flat_map(|(_, participant)| participant.queue())
    }
}
