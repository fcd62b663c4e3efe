//! The program `fosterling`.
use lab::{cli, exit::Exit};

fn main() -> Exit {
    cli::guarded(|| cli::dispatch(std::env::args_os()))
}
