/** The fields every person has beside their own properties. */
export interface ProfileFields {
	id?: string | null;
	email?: string | null;
	phone?: string | null;
	timezone?: string | null;
	optedOut?: Partial<Record<string, boolean>>;
}

type Field = (fields: ProfileFields) => unknown;

const CHANNELS = ['sms', 'email', 'push', 'webhook'];

const FIELDS = new Map<string, Field>([
	['id', (fields) => fields.id],
	['email', (fields) => fields.email],
	['phone', (fields) => fields.phone],
	['timezone', (fields) => fields.timezone],
	// Never missing: somebody who never said has not opted out.
	...CHANNELS.map((channel): [string, Field] => [
		`optedOut.${channel}`,
		(fields) => fields.optedOut?.[channel] === true,
	]),
]);

/** Names a rule may use for them. They win over a person's own properties of the same name. */
export const PROFILE_FIELDS: readonly string[] = [...FIELDS.keys()];

/** How to read a well-known field; undefined when `path` names a property of the person's own. */
export function profileField(path: string): Field | undefined {
	return FIELDS.get(path);
}
