/**
 * What Home Assistant documents of the entities we announce: which options each platform needs and which it knows. Written down
 * from https://www.home-assistant.io/integrations/PLATFORM.mqtt/ and, for the device, /integrations/mqtt/#device-discovery-payload.
 */

/** Options that every entity may have. */
const common = [
  'availability', 'availability_mode', 'availability_template', 'availability_topic', 'enabled_by_default', 'encoding', 'entity_category', 'entity_picture',
  'icon', 'json_attributes_template', 'json_attributes_topic', 'name', 'object_id', 'payload_available', 'payload_not_available', 'qos', 'unique_id',
];

export interface PlatformOptions {
  required: readonly string[];
  optional: readonly string[];
}

export const platforms: Record<string, PlatformOptions> = {
  lock: {
    required: ['command_topic'],
    optional: [...common, 'code_format', 'command_template', 'optimistic', 'payload_lock', 'payload_unlock', 'payload_open', 'payload_reset', 'retain', 'state_jammed', 'state_locked', 'state_locking', 'state_open', 'state_opening', 'state_topic', 'state_unlocked', 'state_unlocking', 'value_template'],
  },
  binary_sensor: {
    required: ['state_topic'],
    optional: [...common, 'device_class', 'expire_after', 'force_update', 'off_delay', 'payload_off', 'payload_on', 'value_template'],
  },
  sensor: {
    required: ['state_topic'],
    optional: [...common, 'device_class', 'expire_after', 'force_update', 'last_reset_value_template', 'options', 'state_class', 'suggested_display_precision', 'unit_of_measurement', 'value_template'],
  },
  event: { required: ['state_topic', 'event_types'], optional: [...common, 'device_class', 'value_template'] },
  image: { required: ['image_topic'], optional: [...common, 'content_type', 'image_encoding', 'url_template', 'url_topic'] },
  select: { required: ['command_topic', 'options'], optional: [...common, 'command_template', 'optimistic', 'retain', 'state_topic', 'value_template'] },
  button: { required: ['command_topic'], optional: [...common, 'command_template', 'device_class', 'payload_press', 'retain'] },
};

/** Device classes we use, by platform: /integrations/PLATFORM/#device-class. */
export const deviceClasses: Record<string, readonly string[]> = {
  binary_sensor: ['door', 'lock', 'opening', 'problem', 'safety', 'tamper', 'connectivity'],
  sensor: ['enum', 'timestamp', 'duration'],
  event: ['doorbell', 'button', 'motion'],
  button: ['restart', 'identify', 'update'],
};

/** In full, and as discovery messages may abbreviate them. */
export const deviceOptions = ['ids', 'identifiers', 'cns', 'connections', 'name', 'mf', 'manufacturer', 'mdl', 'model', 'mdl_id', 'sw', 'sw_version', 'hw', 'hw_version', 'sn', 'serial_number', 'sa', 'suggested_area', 'cu', 'configuration_url', 'via_device'];
export const originOptions = ['name', 'sw', 'sw_version', 'url', 'support_url'];
/** Beside `dev`, `o` and `cmps`. */
export const sharedOptions = ['availability', 'availability_topic', 'availability_mode', 'availability_template', 'payload_available', 'payload_not_available', 'command_topic', 'state_topic', 'qos', 'encoding'];
export const entityCategories = ['config', 'diagnostic'];
/** Of a discovery topic's levels. */
export const ID = /^[a-zA-Z0-9_-]+$/;
