/** Whom a CleverTap payload is about. */
export interface WebhookPerson {
	id?: string;
	email?: string | null;
	phone?: string | null;
	timezone?: string | null;
	push?: ReadonlyArray<{ token: string; kind: string }>;
	properties: Readonly<Record<string, unknown>>;
	optedOut?: Readonly<Partial<Record<string, boolean>>>;
}

/** Parts of a profile that an operator may choose; the others are always there. */
export type ProfilePart = 'email' | 'phone' | 'pushTokens' | 'profileData' | 'systemProfileData' | 'eventProperties';

export const PROFILE_PARTS: readonly ProfilePart[] = ['email', 'phone', 'pushTokens', 'profileData', 'systemProfileData', 'eventProperties'];

/** What one call says, beside its profiles. */
export interface CleverTapCall {
	/** The campaign's id. CleverTap's is a number; ours names workflow and trigger. */
	targetId: string;
	key_values: Record<string, string>;
}

/** Channels of `systemProfileData`, and what we call them. */
const SUBSCRIPTIONS = { emailSubscription: 'email', smsSubscription: 'sms', mobilePushSubscription: 'push' };

/**
 * One profile in the shape of CleverTap's webhook campaigns (the "Create Message: webhook" page). Beside it: `messageId`, ours, by
 * which a receiver recognizes a repetition. Left out is what has no counterpart here: objectId, session_props, device and geography.
 * @param keyValues pairs of this person alone; not there when empty
 */
export function cleverTapProfile(messageId: string, person: WebhookPerson, event: Readonly<Record<string, unknown>> | undefined, parts: ReadonlySet<ProfilePart>, keyValues: Record<string, string> = {}): Record<string, unknown> {
	const { id, email, phone, timezone, push = [], properties, optedOut = {} } = person;
	const known = <T>(value: T | null | undefined) => value !== undefined && value !== null && value !== '';
	return {
		messageId,
		...(Object.keys(keyValues).length > 0 && { key_values: keyValues }),
		...(known(id) && { identity: id, all_identities: [id] }),
		...(parts.has('email') && known(email) && { email }),
		...(parts.has('phone') && known(phone) && { phone }),
		...(known(properties.name) && { name: properties.name }),
		...(parts.has('pushTokens') && push.length > 0 && { push_token: push.map(({ token }) => token) }),
		...(parts.has('profileData') && { profileData: properties }),
		...(parts.has('systemProfileData') && {
			systemProfileData: {
				...Object.fromEntries(Object.entries(SUBSCRIPTIONS).map(([name, channel]) => [name, optedOut[channel] === true ? 'Unsubscribed' : 'Subscribed'])),
				...(known(timezone) && { timezone }),
			},
		}),
		...(parts.has('eventProperties') && event !== undefined && { event_properties: event }),
	};
}
