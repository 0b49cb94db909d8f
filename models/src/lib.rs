//! Model checking of the Pod lifecycle protocol.
