//! Prints what a rulebook compiles to: `cargo run -p rulebook --example compiled_plan caudal`.
//!
//! The files in tests/plans hold what it printed when members agreed.
#![expect(clippy::disallowed_methods, reason = "a program of its own, beside the pure crate: it has arguments")]

fn main() -> Result<(), String> {
    let name = std::env::args().nth(1).ok_or("give the name of a rulebook")?;
    let text = rulebook::source(&name).ok_or("no rulebook of that name comes with the program")?;
    let read = rulebook::parse(&name, text);
    let rulebook = read.map_err(|errors| errors.iter().map(|error| format!("{error}\n")).collect::<String>())?;
    println!("{:#?}", rulebook.compile().map_err(|missing| missing.to_string())?);
    Ok(())
}
