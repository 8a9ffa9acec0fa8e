import { CampaignError } from '../errors';
import { Complaints, inside, type RuleError } from './complaints';
import { RULE_VERSION, type Rule } from './rule';
import { checkComparison, checkEvent } from './validate-event';
import { isRecord } from './values';

const DEEPEST = 32;
const KINDS = ['all', 'any', 'not', 'profile', 'event', 'segment', 'list', 'interest', 'same', 'bucket'] as const;
type Kind = (typeof KINDS)[number];

/** In the rule's form, but not answered by this version. */
const UNSUPPORTED: readonly Kind[] = ['interest', 'same'];

/**
 * Reads a segment rule: a JSON text or what it parses to. Returns the rule, or everything that is wrong with it at
 * once. Nothing is corrected and nothing unknown is passed over.
 */
export function parseRule(json: unknown): { rule: Rule } | { errors: RuleError[] } {
	const complaints = new Complaints();
	let value = json;
	if (typeof json === 'string') {
		try {
			value = JSON.parse(json);
		} catch (error) {
			return { errors: [{ path: '', message: `the rule is not valid JSON: ${(error as Error).message}` }] };
		}
	}
	const { version, ...rule } = isRecord(value) ? value : { version: undefined };
	checkVersion(version, complaints);
	checkRule(isRecord(value) ? rule : value, '', 1, complaints);
	return complaints.errors.length > 0 ? { errors: complaints.errors } : { rule: rule as unknown as Rule };
}

/** `parseRule` for callers that cannot go on without a rule: throws `invalid_rule` naming every place. */
export function requireRule(json: unknown): Rule {
	const parsed = parseRule(json);
	if ('rule' in parsed) return parsed.rule;
	throw new CampaignError(
		'invalid_rule',
		`The segment rule cannot be used: ${parsed.errors.map(errorText).join('; ')}.`,
		'Correct the rule at the places named.',
	);
}

/** "all[1].value: must be a number". */
export function errorText({ path, message }: RuleError): string {
	return path === '' ? message : `${path}: ${message}`;
}

function checkVersion(version: unknown, complaints: Complaints): void {
	if (version === undefined) return;
	if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
		complaints.add('version', `must be a whole number from 1 to ${RULE_VERSION}`);
	} else if (version > RULE_VERSION) {
		complaints.add('version', `is ${version}, but this version of n8n-nodes-campaigns reads rules up to version ${RULE_VERSION}`);
	}
}

function checkRule(value: unknown, path: string, depth: number, complaints: Complaints): void {
	if (!isRecord(value)) return complaints.add(path, 'a rule must be an object');
	if (depth > DEEPEST) return complaints.add(path, `rules may be nested ${DEEPEST} deep at most`);
	const kinds = KINDS.filter((kind) => Object.hasOwn(value, kind));
	const [kind] = kinds;
	if (kind === undefined) {
		const keys = Object.keys(value).map((key) => `"${key}"`);
		const found = keys.length > 0 ? `; found ${keys.join(', ')}` : '';
		return complaints.add(path, `a rule must have one of ${KINDS.join(', ')}${found}`);
	}
	if (kinds.length > 1) return complaints.add(path, `a rule has only one of ${kinds.join(', ')}`);
	if (UNSUPPORTED.includes(kind)) {
		return complaints.add(inside(path, kind), `"${kind}" rules are not supported by this version of n8n-nodes-campaigns`);
	}
	checkKind(kind, value, path, depth, complaints);
}

function checkKind(kind: Kind, value: Record<string, unknown>, path: string, depth: number, complaints: Complaints): void {
	const here = inside(path, kind);
	switch (kind) {
		case 'all':
		case 'any': {
			complaints.object(value, path, `an "${kind}" rule`, [kind]);
			const rules = complaints.list(value[kind], here);
			if (kind === 'any' && Array.isArray(value.any) && rules.length === 0) {
				complaints.add(here, 'must not be empty: nobody could match');
			}
			rules.forEach((rule, index) => checkRule(rule, `${here}[${index}]`, depth + 1, complaints));
			break;
		}
		case 'not':
			complaints.object(value, path, 'a "not" rule', [kind]);
			checkRule(value.not, here, depth + 1, complaints);
			break;
		case 'profile':
			complaints.object(value, path, 'a profile rule', ['profile', 'is', 'value']);
			complaints.name(value.profile, here, 'the property');
			checkComparison(value, path, complaints);
			break;
		case 'event':
			checkEvent(value, path, complaints);
			break;
		case 'segment':
		case 'list':
			complaints.object(value, path, `a "${kind}" rule`, [kind]);
			complaints.name(value[kind], here, kind === 'segment' ? 'the saved segment' : 'the custom list');
			break;
		case 'bucket':
			complaints.object(value, path, 'a bucket rule', [kind]);
			checkBucket(value.bucket, here, complaints);
			break;
	}
}

function checkBucket(value: unknown, path: string, complaints: Complaints): void {
	const bucket = complaints.object(value, path, 'a bucket', ['from', 'to']);
	if (!bucket) return;
	const inRange = (end: unknown) => typeof end === 'number' && Number.isInteger(end) && end >= 0 && end <= 999;
	for (const key of ['from', 'to'] as const) {
		if (!inRange(bucket[key])) complaints.add(inside(path, key), 'must be a whole number from 0 to 999');
	}
	if (inRange(bucket.from) && inRange(bucket.to) && (bucket.from as number) > (bucket.to as number)) {
		complaints.add(path, '"from" must not be greater than "to"');
	}
}
