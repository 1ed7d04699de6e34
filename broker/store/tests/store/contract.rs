//! Both backends pass the same suite.

mod memory {
    doorward_store::contract_tests!(crate::backends::Memory::default());
}

mod sled {
    doorward_store::contract_tests!(crate::backends::Sled::default());
}
