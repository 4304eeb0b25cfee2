//! Prints the reference of the schema, the second half of docs/rulebooks.md: `cargo run -p rulebook --example
//! schema_reference`.

fn main() {
    print!("{}", rulebook::reference());
}
