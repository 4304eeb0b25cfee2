//! How long optimisation runs stay open: the one thing of a machine that may change while an engine is at work.

use crate::engine::Engine;
use crate::ledger_machine::LedgerMachine;
use journal::Journal;
use ledger::RunBudget;

impl<J: Journal> Engine<J, LedgerMachine> {
    /// From the next batch on, runs stay open so long for the optimiser; with none they end at once. A run that is open
    /// already keeps its time.
    pub const fn set_optimising(&mut self, optimising: Option<RunBudget>) {
        self.machine.optimising = optimising;
    }
}
