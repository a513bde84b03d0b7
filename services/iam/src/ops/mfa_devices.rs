//! MFA devices of users: enabled by two codes that follow each other, which prove that the user holds the device.
//!
//! Follows the IAM API reference, "EnableMFADevice" and its siblings. A user that is not there wins over a device that
//! is not there, that over a device in use, and that over wrong codes. A user has eight devices at most.

use std::sync::Arc;

use haechi_api_iam as api;
use haechi_core::{Call, Failure};
use haechi_wire::Empty;

use crate::access::{current, required, save};
use crate::mfa::{invalid_code, missing};
use crate::model::belongings::EnabledDevice;
use crate::model::mfa_device::MfaDevice;
use crate::model::user::User;
use crate::paging::PageRequest;
use crate::{Iam, answer, error};

/// The most devices of one user.
const MAX_DEVICES: usize = 8;
/// How far a device's clock may be off when it is enabled, in steps of thirty seconds.
const ENABLE_REACH: i64 = 2;
/// How far it may be off when it is synchronized again: ten minutes.
const RESYNC_REACH: i64 = 20;

pub(crate) async fn enable_mfa_device(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::EnableMFADeviceRequest,
) -> Result<Empty, Failure> {
    let (name, serial) = (&required(input.user_name), &required(input.serial_number));
    let codes = (
        required(input.authentication_code1),
        required(input.authentication_code2),
    );
    iam.open::<User>(&call, name).await?;
    let (account, codes) = (&call.account, (codes.0.as_str(), codes.1.as_str()));
    let device = iam.find::<MfaDevice>(account, serial).await?;
    let seed = &iam
        .seed(account, &*device.ok_or_else(|| missing(serial))?)
        .await?;
    let now = call.time.as_millis();
    iam.platform
        .write(&call, |txn| async move {
            let mut user = current::<User>(&txn, account, name).await?;
            let mut device = current::<MfaDevice>(&txn, account, serial).await?;
            if device.holder.is_some() {
                return Err(error::already_exists("MFA Device is already in use."));
            }
            if user.belongings.mfa_devices.len() >= MAX_DEVICES {
                return Err(error::quota("MFADevicesPerUser", MAX_DEVICES));
            }
            if !device.synchronize(seed, codes, now, ENABLE_REACH) {
                return Err(invalid_code());
            }
            device.holder = Some(user.id.clone());
            user.belongings.mfa_devices.push(EnabledDevice {
                serial: device.arn(account),
                enabled_ms: now,
            });
            save(&txn, account, &device).await?;
            save(&txn, account, &user).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn resync_mfa_device(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ResyncMFADeviceRequest,
) -> Result<Empty, Failure> {
    let (name, serial) = (&required(input.user_name), &required(input.serial_number));
    let codes = (
        required(input.authentication_code1),
        required(input.authentication_code2),
    );
    let user = iam.open::<User>(&call, name).await?;
    let (account, codes) = (&call.account, (codes.0.as_str(), codes.1.as_str()));
    let device = iam.find::<MfaDevice>(account, serial).await?;
    let device = device.filter(|device| device.holder.as_ref() == Some(&user.id));
    let seed = &iam
        .seed(account, &*device.ok_or_else(|| missing(serial))?)
        .await?;
    let now = call.time.as_millis();
    iam.platform
        .write(&call, |txn| async move {
            let mut device = current::<MfaDevice>(&txn, account, serial).await?;
            if !device.synchronize(seed, codes, now, RESYNC_REACH) {
                return Err(invalid_code());
            }
            save(&txn, account, &device).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn deactivate_mfa_device(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::DeactivateMFADeviceRequest,
) -> Result<Empty, Failure> {
    let name = &iam.open_user(&call, input.user_name).await?.name.clone();
    let (serial, account) = (&required(input.serial_number), &call.account);
    iam.platform
        .write(&call, |txn| async move {
            let mut user = current::<User>(&txn, account, name).await?;
            let devices = &mut user.belongings.mfa_devices;
            let at = devices.iter().position(|device| device.serial == *serial);
            devices.remove(at.ok_or_else(|| missing(serial))?);
            let mut device = current::<MfaDevice>(&txn, account, serial).await?;
            device.holder = None;
            save(&txn, account, &device).await?;
            save(&txn, account, &user).await?;
            Ok(Empty::default())
        })
        .await
}

pub(crate) async fn list_mfa_devices(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::ListMFADevicesRequest,
) -> Result<api::ListMFADevicesResponse, Failure> {
    let user = iam.open_user(&call, input.user_name).await?;
    let mut devices = user.belongings.mfa_devices.clone();
    devices.sort_by(|a, b| a.serial.cmp(&b.serial));
    let page = PageRequest::parse(input.marker.as_deref(), input.max_items)?
        .of(devices, |device| device.serial.clone());
    let shown = page.items.iter().map(|device| api::MFADevice {
        user_name: Some(user.name.clone()),
        serial_number: Some(device.serial.clone()),
        enable_date: answer::date(device.enabled_ms),
    });
    Ok(api::ListMFADevicesResponse {
        mfa_devices: Some(shown.collect()),
        is_truncated: Some(page.is_truncated()),
        marker: page.marker,
    })
}

pub(crate) async fn get_mfa_device(
    iam: Arc<Iam>,
    call: Arc<Call>,
    input: api::GetMFADeviceRequest,
) -> Result<api::GetMFADeviceResponse, Failure> {
    let user = iam.open_user(&call, input.user_name).await?;
    let serial = required(input.serial_number);
    let device = user
        .belongings
        .mfa_devices
        .iter()
        .find(|device| device.serial == serial);
    let device = device.ok_or_else(|| missing(&serial))?;
    Ok(api::GetMFADeviceResponse {
        user_name: Some(user.name.clone()),
        enable_date: answer::date(device.enabled_ms),
        serial_number: Some(serial),
        ..api::GetMFADeviceResponse::default()
    })
}
