//! Every way out of purity that a clippy.toml of this repository names, taken once on purpose.
//!
//! Not part of any crate: `lints/check` compiles this file under each clippy.toml and fails when a line of that
//! clippy.toml stays silent. A new line there needs its violation here.
#![allow(dead_code)]

fn order() {
    let _ = std::mem::size_of::<std::collections::HashMap<u8, u8>>();
    let _ = std::mem::size_of::<std::collections::HashSet<u8>>();
    let _ = std::mem::size_of::<std::hash::RandomState>();
    let _ = std::mem::size_of::<std::hash::DefaultHasher>();
    let _ = std::mem::size_of::<hashbrown::HashMap>();
    let _ = std::mem::size_of::<hashbrown::HashSet>();
}

fn time(system: std::time::SystemTime, instant: std::time::Instant, duration: std::time::Duration) {
    let _ = std::time::SystemTime::now();
    let _ = system.elapsed();
    let _ = std::time::Instant::now();
    let _ = instant.elapsed();
    let _ = duration.as_secs_f64();
    let _ = duration.as_secs_f32();
}

fn numbers(wide: f64, narrow: f32) -> bool {
    let _ = (wide.sin(), wide.cos(), wide.tan(), wide.asin(), wide.acos(), wide.atan(), wide.atan2(wide));
    let _ = (wide.exp(), wide.ln(), wide.log10(), wide.log2(), wide.powf(wide), wide.powi(2));
    narrow > 0.0
}

fn float_without_its_name() -> bool {
    let literal = 1.5;
    literal * 2.0 > 2.5
}

fn threads() {
    let _ = std::thread::spawn(|| ());
    std::thread::scope(|_| ());
    std::thread::sleep(std::time::Duration::ZERO);
    let _ = std::thread::available_parallelism();
}

fn world(_: std::fs::File, _: std::fs::OpenOptions, _: std::process::Command) {
    let _ = std::mem::size_of::<(std::net::TcpStream, std::net::TcpListener, std::net::UdpSocket)>();
    let _ = std::fs::read("x");
    let _ = std::fs::read_to_string("x");
    let _ = std::fs::write("x", "x");
    let _ = std::fs::read_dir("x");
    let _ = std::fs::create_dir_all("x");
    let _ = std::fs::rename("x", "y");
    let _ = std::fs::remove_file("x");
    let _ = std::fs::remove_dir_all("x");
    let _ = std::env::var("x");
    let _ = std::env::var_os("x");
    let _ = std::env::vars();
    let _ = std::env::args();
    let _ = std::env::current_dir();
    let _ = std::env::temp_dir();
    let _ = std::io::stdin();
    let _ = std::io::stdout();
    let _ = std::process::id();
    println!("standard output");
    eprintln!("standard error");
    std::process::exit(0)
}
