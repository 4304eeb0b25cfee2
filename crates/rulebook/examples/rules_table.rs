//! Prints the rules of a rulebook as the pages of docs/arrangements have them:
//! `cargo run -p rulebook --example rules_table caudal`.
#![expect(clippy::disallowed_methods, reason = "a program of its own, beside the pure crate: it has arguments")]

fn main() -> Result<(), String> {
    let name = std::env::args().nth(1).ok_or("give the name of a rulebook")?;
    let text = rulebook::source(&name).ok_or("no rulebook of that name comes with the program")?;
    print!("{}", rulebook::rules_table(text).ok_or("it is no TOML")?);
    Ok(())
}
