//! Time zones in which a rulebook may state its day.

use crate::reader::{Node, Reader, Wrong};
use crate::suggest::nearest;
use crate::value::Value;

/// Zones of the region's capitals, of centres where settlement assets move, and of seats of schemes elsewhere, in the
/// names of the IANA time zone database. One more is one more line.
const ZONES: &[&str] = &[
    "UTC",
    "America/Antigua",
    "America/Argentina/Buenos_Aires",
    "America/Asuncion",
    "America/Barbados",
    "America/Belize",
    "America/Bogota",
    "America/Caracas",
    "America/Costa_Rica",
    "America/Dominica",
    "America/El_Salvador",
    "America/Grenada",
    "America/Guatemala",
    "America/Guayaquil",
    "America/Guyana",
    "America/Havana",
    "America/Jamaica",
    "America/La_Paz",
    "America/Lima",
    "America/Managua",
    "America/Mexico_City",
    "America/Montevideo",
    "America/Nassau",
    "America/New_York",
    "America/Panama",
    "America/Paramaribo",
    "America/Port-au-Prince",
    "America/Port_of_Spain",
    "America/Santiago",
    "America/Santo_Domingo",
    "America/Sao_Paulo",
    "America/St_Kitts",
    "America/St_Lucia",
    "America/St_Vincent",
    "America/Tegucigalpa",
    "Africa/Cairo",
    "Asia/Tehran",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "Europe/Zurich",
];

/// Name of a time zone (IANA).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(pub String);

impl Value for Zone {
    fn allowed() -> String {
        "name of a time zone of the IANA database, like \"UTC\" or \"America/Lima\"".to_owned()
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let Some(text) = node.text() else {
            reader.wrong(node, Wrong::form(Self::allowed(), "write it in quotes"));
            return None;
        };
        if ZONES.contains(&text) {
            return Some(Self(text.to_owned()));
        }
        let remedy = match nearest(text, ZONES.iter().copied()) {
            Some(zone) => format!("did you mean \"{zone}\"?"),
            None => "write the zone of a capital of the region; another one has to be made known first".to_owned(),
        };
        reader.wrong(node, Wrong::not_allowed(Self::allowed(), remedy));
        None
    }
}
