//! Runs of the real engine through the lab's driver.

mod arrangements;
mod bad_options;
mod odd_worlds;
mod optimised;
mod reference_data;
mod resume;
mod world;
