/** What Meta may know a person by. Source: "Multi-key matching" of the guide to customer file custom audiences. */
export const KEYS = ['EMAIL', 'PHONE', 'EXTERN_ID', 'MADID', 'FN', 'LN', 'FI', 'GEN', 'DOBY', 'DOBM', 'DOBD', 'CT', 'ST', 'ZIP', 'COUNTRY'] as const;

export type Key = (typeof KEYS)[number];

/** Sent as they are; Meta takes everything else as SHA-256 only. */
export const PLAIN_KEYS: readonly Key[] = ['EXTERN_ID', 'MADID'];

/** Those that name one person by themselves. The others only help to find who is meant, and alone name nobody. */
export const NAMING_KEYS: readonly Key[] = ['EMAIL', 'PHONE', 'EXTERN_ID', 'MADID'];

/** What an operator chooses: a key of Meta's, or a date of birth, which is three of them. */
export type Field = Exclude<Key, 'DOBY' | 'DOBM' | 'DOBD'> | 'DOB';

export const FIELDS: ReadonlyArray<{ field: Field; label: string; keys: readonly Key[]; properties: readonly string[] }> = [
	{ field: 'CT', label: 'City', keys: ['CT'], properties: ['city', 'town'] },
	{ field: 'COUNTRY', label: 'Country', keys: ['COUNTRY'], properties: ['country', 'countryCode'] },
	{ field: 'DOB', label: 'Date of Birth', keys: ['DOBY', 'DOBM', 'DOBD'], properties: ['dob', 'dateOfBirth', 'birthday', 'birthdate'] },
	{ field: 'EMAIL', label: 'Email', keys: ['EMAIL'], properties: [] },
	{ field: 'FN', label: 'First Name', keys: ['FN'], properties: ['firstName', 'givenName'] },
	{ field: 'FI', label: 'First Name Initial', keys: ['FI'], properties: ['firstName', 'givenName'] },
	{ field: 'GEN', label: 'Gender', keys: ['GEN'], properties: ['gender', 'sex'] },
	{ field: 'LN', label: 'Last Name', keys: ['LN'], properties: ['lastName', 'surname', 'familyName'] },
	{ field: 'MADID', label: 'Mobile Advertiser ID', keys: ['MADID'], properties: ['madid', 'advertisingId', 'idfa', 'gaid', 'aaid'] },
	{ field: 'PHONE', label: 'Phone', keys: ['PHONE'], properties: [] },
	{ field: 'ST', label: 'State', keys: ['ST'], properties: ['state', 'region', 'province'] },
	{ field: 'EXTERN_ID', label: 'User ID', keys: ['EXTERN_ID'], properties: [] },
	{ field: 'ZIP', label: 'ZIP or Postal Code', keys: ['ZIP'], properties: ['zip', 'zipCode', 'postalCode', 'postcode'] },
];
