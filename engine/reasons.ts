/** Why an entry or a message ended unsent. The labels are what operators read in outputs and reports. */
export const REASONS = {
	global_frequency_cap: 'Global frequency cap exceeded',
	campaign_frequency_cap: 'Campaign frequency cap exceeded',
	dwell_time: 'Too soon after the last message',
	campaign_limit_run: 'Campaign limit reached for the run',
	campaign_limit_day: 'Campaign limit reached for the day',
	campaign_limit_total: 'Campaign limit reached in total',
	profile_not_reachable: 'Profile not reachable (no address, or opted out)',
	user_not_reachable: 'User not reachable (every device is dead)',
	user_not_qualified: 'No longer in the segment',
	dnd_discarded: 'Do-not-disturb hours',
	cut_off: 'Campaign cut-off time reached',
	timezone_passed: 'Local send time already passed',
	expired_ttl: 'Too late: time to live exceeded',
	campaign_stopped: 'Campaign stopped',
	safety_check: 'Safety check: the audience is too large',
	control_group: 'Campaign control group',
	system_control_group: 'System control group',
	duplicate_address: 'Another profile has the same address',
	re_entry: 'Already entered this campaign',
	event_happened: 'The awaited event happened',
	converted: 'Already converted',
	merged_duplicate: 'Profile was merged into another one of this run',
	erased: 'Person was erased',
	personalization_failed: 'Personalization failed',
	liquid_aborted: 'Aborted by the message template',
	linked_content_failed: 'Linked content failed',
	invalid_recipient: 'Invalid recipient',
	unsubscribed: 'Recipient unsubscribed at the provider',
	provider_auth: 'Provider refused the credentials',
	provider_rejected: 'Provider rejected the message',
	provider_unavailable: 'No provider was available in time',
	payload_too_large: 'Message too large',
	unknown_outcome: 'Outcome unknown: the provider did not answer',
	left_workflow: 'Left the workflow without a message',
	entry_lost: 'An earlier node dropped the campaign data',
	execution_failed: 'The workflow execution failed repeatedly',
	workflow_deleted: 'The workflow was deleted',
	test: 'Test message',
} as const;

export type Reason = keyof typeof REASONS;

export function isReason(value: string): value is Reason {
	return Object.hasOwn(REASONS, value);
}
