/** The fields every person has beside their own properties. */
export interface ProfileFields {
	id?: string | null;
	email?: string | null;
	phone?: string | null;
	timezone?: string | null;
	optedOut?: Partial<Record<string, boolean>>;
	/** Devices that take push messages. */
	push?: readonly unknown[];
}

type Field = (fields: ProfileFields) => unknown;

/** What messages are sent by. */
export const REACH_CHANNELS = ['sms', 'email', 'push', 'webhook'] as const;

type ReachChannel = (typeof REACH_CHANNELS)[number];

/** Whether there is anything a message could be sent to. A webhook is called for anybody. */
const HAS_ADDRESS: Record<ReachChannel, (fields: ProfileFields) => boolean> = {
	sms: ({ phone }) => isThere(phone),
	email: ({ email }) => isThere(email),
	push: ({ push = [] }) => push.length > 0,
	webhook: () => true,
};

function isThere(address: string | null | undefined): boolean {
	return address !== undefined && address !== null && address !== '';
}

function hasOptedOut({ optedOut }: ProfileFields, channel: ReachChannel): boolean {
	return optedOut?.[channel] === true;
}

const FIELDS = new Map<string, Field>([
	['id', (fields) => fields.id],
	['email', (fields) => fields.email],
	['phone', (fields) => fields.phone],
	['timezone', (fields) => fields.timezone],
	// Never missing: somebody who never said has not opted out.
	...REACH_CHANNELS.map((channel): [string, Field] => [`optedOut.${channel}`, (fields) => hasOptedOut(fields, channel)]),
	...REACH_CHANNELS.map((channel): [string, Field] => [
		`reachable.${channel}`,
		(fields) => HAS_ADDRESS[channel](fields) && !hasOptedOut(fields, channel),
	]),
]);

/** Names a rule may use for them. They win over a person's own properties of the same name. */
export const PROFILE_FIELDS: readonly string[] = [...FIELDS.keys()];

/** How to read a well-known field; undefined when `path` names a property of the person's own. */
export function profileField(path: string): Field | undefined {
	return FIELDS.get(path);
}
