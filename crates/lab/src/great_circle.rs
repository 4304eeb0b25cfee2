//! Distances on the sphere, the same to the last digit on every machine.
//!
//! The functions of the platform's mathematics library differ in their last digits from machine to machine, and with
//! them every figure that follows from a distance. IEEE 754 fixes the result of addition, subtraction, multiplication,
//! division and square root, so only those are used, in a fixed order.

/// Mean radius of the Earth, in metres (IUGG).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A place on the Earth, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// North positive.
    pub latitude: f64,
    /// East positive.
    pub longitude: f64,
}

/// The length of the great circle between two places, in whole metres: the haversine formula.
#[must_use]
pub fn distance_m(from: Place, to: Place) -> u64 {
    let radians = |degrees: f64| degrees * (std::f64::consts::PI / 180.0);
    let half_latitude = sine(radians(to.latitude - from.latitude) / 2.0);
    let half_longitude = sine(radians(to.longitude - from.longitude) / 2.0);
    let cosines = cosine(radians(from.latitude)) * cosine(radians(to.latitude));
    let haversine = half_latitude * half_latitude + cosines * half_longitude * half_longitude;
    let metres = 2.0 * EARTH_RADIUS_M * arc_sine(haversine.sqrt().min(1.0));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and half the Earth's circumference, and rounded"
    )]
    let whole = metres.round() as u64;
    whole
}

/// Terms of each series: beyond these nothing changes in double precision for the angles that occur.
const TERMS: u32 = 30;

/// Sine of an angle of at most a full turn, by its power series.
fn sine(angle: f64) -> f64 {
    let mut term = angle;
    let mut sum = angle;
    for n in 1..TERMS {
        let n = f64::from(2 * n);
        term = -term * angle * angle / (n * (n + 1.0));
        sum += term;
    }
    sum
}

fn cosine(angle: f64) -> f64 {
    sine(std::f64::consts::FRAC_PI_2 - angle)
}

/// The angle from 0 to a quarter turn whose sine is given. Halving the angle twice brings the series of the arc tangent
/// to where it converges fast.
fn arc_sine(sine: f64) -> f64 {
    let cosine = (1.0 - sine * sine).sqrt();
    // tan(a/2) = sin a / (1 + cos a), and once more for the quarter.
    let half = sine / (1.0 + cosine);
    let quarter = half / (1.0 + (1.0 + half * half).sqrt());
    let mut power = quarter;
    let mut sum = quarter;
    for n in 1..TERMS {
        power = -power * quarter * quarter;
        sum += power / f64::from(2 * n + 1);
    }
    4.0 * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(latitude: f64, longitude: f64) -> Place {
        Place { latitude, longitude }
    }

    #[test]
    fn distances_that_geometry_gives_are_exact_to_the_metre() {
        let quarter = 10_007_557; // a quarter of the circumference of the sphere
        let cases = [
            (place(0.0, 0.0), place(0.0, 0.0), 0),
            (place(0.0, 0.0), place(0.0, 90.0), quarter),
            (place(0.0, 0.0), place(90.0, 17.0), quarter),
            (place(0.0, -60.0), place(0.0, 120.0), 2 * quarter),
            (place(-90.0, 0.0), place(90.0, 0.0), 2 * quarter),
            (place(60.0, 0.0), place(60.0, 180.0), quarter * 2 / 3),
            (place(0.0, 0.0), place(0.0, 1.0), 111_195),
        ];
        for (from, to, metres) in cases {
            let found = distance_m(from, to);
            assert!(found.abs_diff(metres) <= 2, "{from:?} {to:?}: {found}, expected {metres}");
            assert_eq!(found, distance_m(to, from), "the same both ways");
        }
    }

    #[test]
    fn the_series_agree_with_known_values() {
        let close = |found: f64, expected: f64| (found - expected).abs() < 1e-14;
        assert!(close(sine(0.5), 0.479_425_538_604_203));
        assert!(close(cosine(1.0), 0.540_302_305_868_139_8));
        assert!(close(arc_sine(0.5), std::f64::consts::FRAC_PI_6));
        assert!(close(arc_sine(1.0), std::f64::consts::FRAC_PI_2));
        assert!(close(arc_sine(0.0), 0.0));
    }
}
