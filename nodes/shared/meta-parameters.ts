import type { INodeProperties } from 'n8n-workflow';

import type { Mapping } from '../../engine/channels/export/meta/identifiers';
import { FIELDS, NAMING_KEYS, type Field, type Key } from '../../engine/channels/export/meta/keys';
import { audienceId, type LimitedDataUse } from '../../engine/channels/export/meta/users';
import { CampaignError } from '../../engine/errors';
import { nameField, nameOf } from './name-fields';

type Shown = INodeProperties['displayOptions'];

/** Which audience. The node needs `methods = { listSearch: { searchAudiences } }`. */
export function audienceField(displayOptions?: Shown): INodeProperties {
	return {
		displayName: 'Audience',
		name: 'audience',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		displayOptions,
		description: 'A customer list of the ad account. "Create Audience" of the node Meta Audience Sync makes one.',
		modes: [
			{ displayName: 'From List', name: 'list', type: 'list', placeholder: 'Choose an audience', typeOptions: { searchListMethod: 'searchAudiences', searchable: true } },
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 120210000000000000' },
		],
	};
}

const fieldOptions = FIELDS.map(({ field, label }) => ({ name: label, value: field }));

/** What Meta is told of people. */
export function identifiersField(displayOptions?: Shown): INodeProperties {
	return {
		displayName: 'Identifiers',
		name: 'identifiers',
		type: 'multiOptions',
		noDataExpression: true,
		options: fieldOptions,
		default: ['EMAIL', 'PHONE'],
		displayOptions,
		description: 'What Meta finds people by. All but user ID and advertiser ID leave as SHA-256. More of them find more people; at least one of email, phone, user ID and advertiser ID is needed. Properties are found by the names they usually have.',
	};
}

/** Entries of an Options collection, in alphabetical order of their labels. */
export const metaOptions: INodeProperties[] = [
	{
		displayName: 'Default Country',
		name: 'defaultCountry',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. DE',
		description: 'Two-letter code of the country of phone numbers and postal codes of people whose country is not known',
	},
	{
		displayName: 'Identifiers From Other Properties',
		name: 'properties',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		noDataExpression: true,
		placeholder: 'Add Property',
		default: {},
		description: 'Properties that have other names than Meta Audience looks for',
		options: [
			{
				displayName: 'Property',
				name: 'property',
				values: [
					{ displayName: 'Identifier', name: 'field', type: 'options', noDataExpression: true, options: fieldOptions, default: 'FN' },
					nameField({ displayName: 'Property', name: 'property', list: 'searchProfileProperties', required: true }),
				],
			},
		],
	},
	{
		displayName: 'Limited Data Use',
		name: 'limitedDataUse',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Off', value: 'off' },
			{ name: 'On, Where Meta Finds That a Law Asks for It', value: 'byLocation', description: 'Meta finds out in which state of the US somebody is' },
			{ name: 'On, as for California', value: 'california' },
		],
		default: 'off',
		description: 'What Meta may do with the data of people in certain states of the US (data_processing_options). It holds for everybody this node sends.',
	},
];

export interface MetaSettings {
	mapping: Mapping;
	defaultCountry?: string;
	limitedDataUse: LimitedDataUse;
}

interface Options {
	defaultCountry?: string;
	properties?: { property?: Array<{ field: Field; property?: unknown }> };
	limitedDataUse?: LimitedDataUse;
}

/** Reads what the node says of identifiers. Throws a CampaignError when nobody could be named by them. */
export function readMetaSettings(parameterOf: (name: string) => unknown): MetaSettings {
	const fields = (parameterOf('identifiers') ?? ['EMAIL', 'PHONE']) as Field[];
	const { defaultCountry = '', properties, limitedDataUse = 'off' } = (parameterOf('options') ?? {}) as Options;
	if (!fields.some((field) => NAMING_KEYS.includes(field as Key))) {
		throw new CampaignError('meta_identifiers', 'None of the chosen identifiers names a person by itself', 'Choose at least one of email, phone, user ID and mobile advertiser ID.');
	}
	if (defaultCountry.trim() !== '' && !/^[a-z]{2}$/i.test(defaultCountry.trim())) {
		throw new CampaignError('meta_country', `The default country "${defaultCountry.trim()}" is not a two-letter code`, 'Write one such as US or DE.');
	}
	const others = (properties?.property ?? []).map(({ field, property }) => [field, nameOf(property).trim()] as const).filter(([, name]) => name !== '');
	return { mapping: { fields, properties: Object.fromEntries(others) }, defaultCountry: defaultCountry.trim() || undefined, limitedDataUse };
}

/** The id in `audienceField`. Throws a CampaignError when there is none. */
export function readAudience(value: unknown): string {
	return audienceId(nameOf(value));
}
