//! A fault of the program itself. A file of its own: the hook is the whole process's.
use lab::{cli, exit::Exit};

#[test]
fn a_panic_ends_with_70() {
    assert_eq!(cli::guarded(|| Exit::Threshold), Exit::Threshold);
    let exit = cli::guarded(|| panic!("made for this test"));
    assert_eq!((exit, exit.code()), (Exit::Internal, 70));
}
