//! The European Payments Union: tables, paths and published settlements.
//!
//! Sources: agreement of 19 September 1950, art. 11 and 13 with Table III (gesetzefinden.at/bundesrecht/vertraege/10003880);
//! Supplementary Protocol 5 (20004360, art. 5) and that of 1955 (20004362, art. 1); International Organization, 1952, on the
//! Second Annual Report (Belgium's 42.6 and 42.6, Portugal's 6 and 9). The slices of 1950 are those of the literature.

use credit::{Parts, Rule, Schedule, Slice, Standing, TrancheTerms, decompose};

/// A net with the gold and the credit of it.
type Month = (i128, i128, i128);

fn schedule(slices: &[(u32, u32)], beyond_percent: u32) -> Schedule {
    let slices = slices.iter().map(|(up_to, asset)| Slice { up_to_ppm: up_to * 10_000, asset_ppm: asset * 10_000 });
    Schedule::new(slices.collect(), beyond_percent * 10_000).unwrap()
}

fn debtor_of_1950() -> Schedule {
    schedule(&[(20, 0), (40, 20), (60, 40), (80, 60), (100, 80)], 100)
}

fn creditor_of_1950() -> Schedule {
    schedule(&[(20, 0), (100, 50)], 50)
}

/// Gold and credit of each net of a path, in thousandths of a million units.
fn path(quota_minor: u64, debtor: &Schedule, creditor: &Schedule, nets: &[i128]) -> Vec<(i128, i128)> {
    let mut cumulative_minor = 0;
    nets.iter()
        .map(|&net_minor| {
            let (debtor, creditor) = (debtor.clone(), creditor.clone());
            let tranches = Some(TrancheTerms { debtor, creditor, creditor_quota_minor: quota_minor });
            let standing = Standing { net_minor, cumulative_minor, quota_minor, tranches, ..Standing::default() };
            cumulative_minor += net_minor;
            let Parts { cash_minor, credit_minor } = decompose(&Rule::Tranches, &[standing])[0];
            (cash_minor, credit_minor)
        })
        .collect()
}

#[test]
fn a_cumulative_deficit_is_gold_and_credit_by_the_table_of_1950() {
    let table =
        [(64, 0, 640), (128, 128, 1152), (192, 384, 1536), (256, 768, 1792), (320, 1280, 1920), (356, 1640, 1920)];
    for (deficit, gold_tenths, credit_tenths) in table {
        let gold = debtor_of_1950().asset_minor(deficit * 1000, 320_000);
        let credit = i128::try_from(deficit * 1000).unwrap() - gold;
        assert_eq!((gold, credit), (gold_tenths * 100, credit_tenths * 100), "deficit {deficit}");
    }
}

#[test]
fn a_cumulative_deficit_is_gold_and_credit_by_the_table_of_1952() {
    let schedule = schedule(&[(10, 0), (20, 20), (40, 30), (60, 40), (80, 50), (100, 70)], 100);
    let table = [(32, 0), (64, 64), (128, 256), (192, 512), (256, 832), (320, 1280)];
    for (deficit, gold_tenths) in table {
        assert_eq!(schedule.asset_minor(deficit * 1000, 320_000), gold_tenths * 100, "deficit {deficit}");
    }
}

#[test]
fn a_cumulative_surplus_is_gold_and_credit_by_the_table_of_1950() {
    let table = [(72_000, 0), (180_000, 54_000), (360_000, 144_000), (445_200, 186_600)];
    for (surplus, gold) in table {
        assert_eq!(creditor_of_1950().asset_minor(surplus, 360_000), gold, "surplus {surplus}");
    }
}

#[test]
fn a_path_of_eight_months_gives_gold_back_as_the_position_falls() {
    let nets = [-50_000, -100_000, -120_000, -80_000, 60_000, 200_000, 150_000, -40_000];
    let flows = [
        (0, -50_000),
        (-21_600, -78_400),
        (-66_400, -53_600),
        (-70_000, -10_000),
        (54_000, 6_000),
        (98_800, 101_200),
        // The surplus of 60 stands in the first slice of a creditor.
        (5_200, 144_800),
        (0, -40_000),
    ];
    assert_eq!(path(320_000, &debtor_of_1950(), &creditor_of_1950(), &nets), flows);
}

#[test]
fn belgium_was_paid_half_in_gold_beyond_its_quota() {
    // 330.6 within what its quota left, 85.2 beyond.
    let beyond = path(330_600, &debtor_of_1950(), &creditor_of_1950(), &[330_600, 85_200])[1];
    assert_eq!(beyond, (42_600, 42_600));
}

#[test]
fn portugal_was_paid_six_in_gold_and_nine_in_credit() {
    // Over a whole quota a creditor of 1950 gets two fifths in gold: 6 of 15.
    assert_eq!(path(15_000, &debtor_of_1950(), &creditor_of_1950(), &[15_000]), [(6_000, 9_000)]);
}

#[test]
fn a_member_without_a_quota_settles_wholly_in_gold() {
    assert_eq!(path(0, &debtor_of_1950(), &Schedule::all_asset(), &[-7, 20]), [(-7, 0), (20, 0)]);
}

#[test]
fn four_members_under_the_schedules_of_1950() {
    // Nets with the gold and the credit of each, member by member.
    let members: [(u64, [Month; 7]); 4] = [
        (
            320000,
            [
                (-30000, 0, -30000),
                (-121000, -22000, -99000),
                (-138000, -81200, -56800),
                (-31000, -24800, -6200),
                (-2117, -2117, 0),
                (60333, 48690, 11643),
                (151999, 72270, 79729),
            ],
        ),
        (
            360000,
            [
                (50000, 0, 50000),
                (40001, 9000, 31001),
                (77777, 38889, 38888),
                (90000, 45000, 45000),
                (60000, 30000, 30000),
                (85199, 42599, 42600),
                (10, 5, 5),
            ],
        ),
        (
            520000,
            [
                (-50000, 0, -50000),
                (-260001, -61600, -198401),
                (90000, 36000, 54000),
                (-1, 0, -1),
                (3, 1, 2),
                (-300000, -182400, -117600),
                (-200000, -200000, 0),
            ],
        ),
        (330000, [(-10, 0, -10), (20, 0, 20), (-30, 0, -30), (66000, 0, 66000), (1, 0, 1), (-5, 0, -5), (100, 38, 62)]),
    ];
    for (quota, rows) in members {
        let nets: Vec<i128> = rows.iter().map(|(net, ..)| *net).collect();
        let flows: Vec<(i128, i128)> = rows.iter().map(|(_, gold, credit)| (*gold, *credit)).collect();
        assert_eq!(path(quota, &debtor_of_1950(), &creditor_of_1950(), &nets), flows, "quota {quota}");
    }
}

#[test]
fn four_members_half_in_gold_from_1954() {
    // Nets with the gold and the credit of each, member by member.
    let members: [(u64, [Month; 7]); 4] = [
        (
            384000,
            [
                (-30000, -15000, -15000),
                (-121000, -60500, -60500),
                (-138000, -69000, -69000),
                (-31000, -15500, -15500),
                (-2117, -1058, -1059),
                (60333, 30166, 30167),
                (151999, 76000, 75999),
            ],
        ),
        (
            432000,
            [
                (50000, 25000, 25000),
                (40001, 20000, 20001),
                (77777, 38889, 38888),
                (90000, 45000, 45000),
                (60000, 30000, 30000),
                (85199, 42599, 42600),
                (10, 5, 5),
            ],
        ),
        (
            624000,
            [
                (-50000, -25000, -25000),
                (-260001, -130000, -130001),
                (90000, 45000, 45000),
                (-1, -1, 0),
                (3, 2, 1),
                (-300000, -150000, -150000),
                (-200000, -148000, -52000),
            ],
        ),
        (
            396000,
            [
                (-10, -5, -5),
                (20, 10, 10),
                (-30, -15, -15),
                (66000, 33000, 33000),
                (1, 0, 1),
                (-5, -2, -3),
                (100, 50, 50),
            ],
        ),
    ];
    for (quota, rows) in members {
        let nets: Vec<i128> = rows.iter().map(|(net, ..)| *net).collect();
        let flows: Vec<(i128, i128)> = rows.iter().map(|(_, gold, credit)| (*gold, *credit)).collect();
        assert_eq!(
            path(quota, &schedule(&[(100, 50)], 100), &schedule(&[(100, 50)], 50), &nets),
            flows,
            "quota {quota}"
        );
    }
}

#[test]
fn four_members_three_quarters_in_gold_from_1955() {
    // Nets with the gold and the credit of each, member by member.
    let members: [(u64, [Month; 7]); 4] = [
        (
            768000,
            [
                (-30000, -22500, -7500),
                (-121000, -90750, -30250),
                (-138000, -103500, -34500),
                (-31000, -23250, -7750),
                (-2117, -1587, -530),
                (60333, 45249, 15084),
                (151999, 114000, 37999),
            ],
        ),
        (
            864000,
            [
                (50000, 37500, 12500),
                (40001, 30000, 10001),
                (77777, 58333, 19444),
                (90000, 67500, 22500),
                (60000, 45000, 15000),
                (85199, 63899, 21300),
                (10, 8, 2),
            ],
        ),
        (
            1248000,
            [
                (-50000, -37500, -12500),
                (-260001, -195000, -65001),
                (90000, 67500, 22500),
                (-1, -1, 0),
                (3, 2, 1),
                (-300000, -225000, -75000),
                (-200000, -150000, -50000),
            ],
        ),
        (
            792000,
            [(-10, -7, -3), (20, 14, 6), (-30, -22, -8), (66000, 49500, 16500), (1, 0, 1), (-5, -3, -2), (100, 75, 25)],
        ),
    ];
    for (quota, rows) in members {
        let nets: Vec<i128> = rows.iter().map(|(net, ..)| *net).collect();
        let flows: Vec<(i128, i128)> = rows.iter().map(|(_, gold, credit)| (*gold, *credit)).collect();
        assert_eq!(
            path(quota, &schedule(&[(100, 75)], 100), &schedule(&[(100, 75)], 50), &nets),
            flows,
            "quota {quota}"
        );
    }
}
