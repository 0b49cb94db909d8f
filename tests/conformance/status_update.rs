//! `ValidateUpdate` of Pod statuses: every cause for which `/status` refuses an update.

use pod_lifecycle::validate::Endpoint;

use crate::harness::{Example, Judged, Oracle};
use crate::update::{Input, Output, compare};

pub(crate) struct StatusUpdate;

impl Oracle for StatusUpdate {
    const NAME: &'static str = "status_update";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        compare(&input, output, Endpoint::Status)
    }
}
