import type { Profile } from '../../../people/records';
import { pathReader } from '../../../segments/paths';
import { codeOfCountry } from './countries';
import { FIELDS, KEYS, NAMING_KEYS, type Field, type Key } from './keys';
import { normalize, type NormalizeOptions } from './normalize';

/** What Meta is told of one person: values as they are sent, in the order of KEYS. */
export type Identifiers = Partial<Record<Key, string>>;

/** Which fields are sent, and from which property where it is not the one found by its name. */
export interface Mapping {
	fields: readonly Field[];
	properties?: Partial<Record<Field, string>>;
}

/** What is read of a person; items of no campaign may have less than a profile. */
export type Identified = Pick<Profile, 'properties'> & { id?: string | null; email?: string | null; phone?: string | null };

/** Why nothing can be sent of somebody. */
export const NAMELESS = 'None of the chosen identifiers that name a person by themselves (email, phone, user ID, mobile advertiser ID) is known';

/** What Meta is told of a person; undefined when none of it names anybody. */
export function identifiersOf(person: Identified, { fields, properties = {} }: Mapping, options: NormalizeOptions): Identifiers | undefined {
	const spellings = new Map(Object.keys(person.properties).map((name) => [spelled(name), name]));
	const valueOf = (field: Field) => {
		const chosen = properties[field];
		return chosen === undefined || chosen === '' ? knownValue(person, field, spellings) : pathReader(chosen)(person.properties);
	};
	const country = codeOfCountry(String(valueOf('COUNTRY') ?? ''));
	const found: Identifiers = {};
	for (const field of fields) Object.assign(found, normalize(field, valueOf(field), options, country));
	if (!NAMING_KEYS.some((key) => found[key] !== undefined)) return undefined;
	return Object.fromEntries(KEYS.flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]])));
}

function knownValue(person: Identified, field: Field, spellings: ReadonlyMap<string, string>): unknown {
	if (field === 'EMAIL') return person.email;
	if (field === 'PHONE') return person.phone;
	if (field === 'EXTERN_ID') return person.id;
	const known = FIELDS.find((one) => one.field === field)?.properties ?? [];
	const name = known.map((property) => spellings.get(spelled(property))).find((one) => one !== undefined);
	return name === undefined ? undefined : person.properties[name];
}

/** `First Name`, `first_name` and `firstName` are one. */
function spelled(name: string): string {
	return name.toLowerCase().replace(/[\s_-]/g, '');
}
