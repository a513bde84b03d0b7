//! Virtual MFA devices: made with a seed that is shown once, as text and as a picture.
//!
//! Follows the IAM API reference, "CreateVirtualMFADevice" and its siblings. A device is nobody's until it is enabled
//! for a user (see `mfa_devices`), and cannot be deleted before it is deactivated.

use haechi_store::ALL;
use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_policy::Context;
use haechi_wire::{Blob, Empty};

use crate::access::{arn, current, insert, path_of, remove, required};
use crate::mfa::check_path;
use crate::model::mfa_device::{MfaDevice, binding};
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::store::{MFA_DEVICES, USERS, scope};
use crate::{Iam, answer, error, qr_png, tags};

/// How many characters of Base32 a seed has: 320 bits.
const SEED_LENGTH: usize = 64;
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(crate) async fn create_virtual_mfa_device(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::CreateVirtualMFADeviceRequest,
) -> Result<api::CreateVirtualMFADeviceResponse, Failure> {
    let (name, path) = (required(input.virtual_mfa_device_name), path_of(input.path));
    check_path(&path)?;
    let tags = tags::from_request(input.tags, tags::Case::Kept)?;
    let account = &call.account;
    let serial = &arn(account, "mfa", &path, &name);
    iam.authorize_making(&call, serial, "iam:TagMFADevice", &tags, Context::new())
        .await?;
    let seed = &iam.platform.random.text(SEED_LENGTH, BASE32);
    let picture = &qr_png::picture(&format!("otpauth://totp/{name}@{account}?secret={seed}"))?;
    let device = &MfaDevice {
        seed: iam
            .seal(account, &binding(account, serial), seed.as_bytes())
            .await?,
        name,
        path,
        tags,
        holder: None,
        drift: 0,
        last_step: 0,
        tries: (0, 0),
    };
    iam.platform
        .write(&call, |txn| async move {
            if !insert(&txn, account, device).await? {
                return Err(error::already_exists("MFA device already exists."));
            }
            Ok(api::CreateVirtualMFADeviceResponse {
                virtual_mfa_device: Some(api::VirtualMFADevice {
                    serial_number: Some(serial.clone()),
                    base32_string_seed: Some(Blob::from(seed.as_bytes())),
                    qr_code_png: Some(Blob::from(picture.as_slice())),
                    tags: tags::answer_if_any(&device.tags),
                    ..api::VirtualMFADevice::default()
                }),
            })
        })
        .await
}

pub(crate) async fn list_virtual_mfa_devices(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListVirtualMFADevicesRequest,
) -> Result<api::ListVirtualMFADevicesResponse, Failure> {
    iam.authorize(&call, "*", Context::new()).await?;
    let store = &iam.platform.store;
    let scope = scope(&call.account);
    let status = input.assignment_status;
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .scan(store, &MFA_DEVICES, &scope, |device| match status {
            Some(api::AssignmentStatusType::Assigned) => device.holder.is_some(),
            Some(api::AssignmentStatusType::Unassigned) => device.holder.is_none(),
            _ => true,
        })
        .await?;
    let mut users: BTreeMap<String, Arc<User>> = BTreeMap::new();
    if page.items.iter().any(|device| device.holder.is_some()) {
        let all = store.list(&USERS, &scope, None, ALL).await?;
        users = all.into_iter().map(|(_, user)| (user.id.clone(), user)).collect();
    }
    let shown = page.items.iter().map(|device| {
        let serial = device.arn(&call.account);
        let holder = device.holder.as_ref().and_then(|id| users.get(id));
        let enabled = holder.and_then(|user| {
            let mut devices = user.belongings.mfa_devices.iter();
            devices.find(|enabled| enabled.serial == serial)
        });
        api::VirtualMFADevice {
            enable_date: enabled.and_then(|enabled| answer::date(enabled.enabled_ms)),
            user: holder.map(|user| answer::user(&call.account, user)),
            serial_number: Some(serial),
            ..api::VirtualMFADevice::default()
        }
    });
    Ok(api::ListVirtualMFADevicesResponse {
        virtual_mfa_devices: Some(shown.collect()),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
}

pub(crate) async fn delete_virtual_mfa_device(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeleteVirtualMFADeviceRequest,
) -> Result<Empty, Failure> {
    let serial = &required(input.serial_number);
    iam.open::<MfaDevice>(&call, serial).await?;
    let account = &call.account;
    iam.platform
        .write(&call, |txn| async move {
            let device = current::<MfaDevice>(&txn, account, serial).await?;
            if device.holder.is_some() {
                return Err(error::delete_conflict(
                    "MFA VirtualDevice in use. Must deactivate first.",
                ));
            }
            remove(&txn, account, &device).await?;
            Ok(Empty::default())
        })
        .await
}
