//! Messages in, model and effects out.

#[test]
fn x() {}
