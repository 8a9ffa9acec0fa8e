import { CampaignError } from '../../errors';
import { PAIR_GROUPS, type PairGroup } from './pairs';
import { isSystemToken } from './tokens';

/** What the request of a provider takes from its sender, beside message and number. */
export interface RequestNeeds {
	/** The provider's name. */
	label: string;
	/** Its own `$$names`, as written, by where they stand. */
	names: Readonly<Record<PairGroup, readonly string[]>>;
	/** Whether it cannot do without a template ID. */
	templateId: boolean;
	/** Whether it has a place for template variables. */
	templateVariables: boolean;
	/** Whether one request carries the messages of many people. */
	batched: boolean;
	/** Whether pairs that none of its names stands for go out, too. */
	takesOthers: boolean;
	/** What the request says of itself under names that such a pair would have, so that it cannot. */
	fixed: Readonly<Record<PairGroup, readonly string[]>>;
}

/** A pair as the sender has it. */
export interface SuppliedPair {
	name: string;
	/** Whether its value is made for each person. */
	personalized: boolean;
}

/** What a sender supplies. */
export interface SenderSupply {
	pairs: Readonly<Record<PairGroup, readonly SuppliedPair[]>>;
	templateId: boolean;
	templateVariables: boolean;
}

/** What an operator reads. */
const FIELDS: Record<PairGroup, string> = { body: 'message body pair', header: 'header pair', global: 'global pair' };

/**
 * Throws a CampaignError when the providers of a sender need what it does not supply, when a pair is of no use to any of
 * them, or when a value that many people share would be made for each of them.
 * @param providers of which it is known what they take
 * @param complete false: there are others
 */
export function checkSupply(providers: readonly RequestNeeds[], supply: SenderSupply, complete = true): void {
	checkPairs(supply);
	for (const needs of providers) {
		checkProvider(needs, supply);
		checkOthers(needs, supply);
	}
	if (complete) checkUse(providers, supply);
}

function checkPairs({ pairs }: SenderSupply): void {
	for (const group of PAIR_GROUPS) {
		const names = pairs[group].map(({ name }) => name.toLowerCase());
		const twice = pairs[group].find((_pair, index) => names.indexOf(names[index] ?? '') !== index);
		if (twice) throw new CampaignError('duplicate_pair', `There are two ${FIELDS[group]}s "${twice.name}"`, 'Remove one of them.');
		const system = pairs[group].find(({ name }) => isSystemToken(name));
		if (system) throw new CampaignError('reserved_pair', `No pair can be called "${system.name}": $$${system.name} has a value of its own`, 'Give it another name, here and in the provider.');
	}
	const personalized = pairs.global.find((pair) => pair.personalized);
	if (personalized) throw new CampaignError('personalized_global', `The global pair "${personalized.name}" is personalized`, 'A global pair has one value for the whole campaign. Write fixed text, or make it a message body pair.');
}

function checkProvider({ label, names, templateId, batched }: RequestNeeds, supply: SenderSupply): void {
	const { pairs } = supply;
	for (const group of PAIR_GROUPS) {
		const supplied = [...pairs[group], ...pairs.global].map(({ name }) => name.toLowerCase());
		const missing = names[group].filter((name) => !supplied.includes(name.toLowerCase()));
		if (missing.length === 0) continue;
		const list = missing.map((name) => `$$${name}`).join(', ');
		throw new CampaignError('missing_pair', `"${label}" needs a value for ${list}, and this node has no ${FIELDS[group]} of that name`, `Add it to "Key-Value Pairs"${group === 'global' ? '' : ', or a global pair for everybody'}, or take it out of the provider.`);
	}
	if (templateId && !supply.templateId) throw new CampaignError('missing_template_id', `"${label}" needs a template ID, and this node has none`, 'Fill in "Template ID".');
	const personalized = batched && pairs.header.find((pair) => pair.personalized);
	if (personalized) {
		throw new CampaignError('personalized_header', `The header pair "${personalized.name}" is personalized, but "${label}" sends many messages with the same headers`, 'Write fixed text, or switch "Send in Batches" of the provider off.');
	}
}

/** Pairs that are added must not change what the request says of itself. */
function checkOthers({ label, names, takesOthers, fixed }: RequestNeeds, { pairs }: SenderSupply): void {
	if (!takesOthers) return;
	for (const group of PAIR_GROUPS) {
		const named = (group === 'global' ? PAIR_GROUPS : [group]).flatMap((one) => names[one]).map((name) => name.toLowerCase());
		const taken = fixed[group].map((name) => name.toLowerCase());
		const pair = pairs[group].find(({ name }) => taken.includes(name.toLowerCase()) && !named.includes(name.toLowerCase()));
		if (pair) throw new CampaignError('pair_taken', `The request of "${label}" has a "${pair.name}" of its own, so the ${FIELDS[group]} of that name cannot be added`, 'Rename the pair, or switch "Add Other Pairs" of the provider off.');
	}
}

function checkUse(providers: readonly RequestNeeds[], { pairs, templateVariables }: SenderSupply): void {
	if (templateVariables && !providers.some((needs) => needs.templateVariables)) {
		throw new CampaignError('unused_variables', 'None of the providers has a place for the template variables', 'Put $$TemplateVariables into the request of the provider, or remove them.');
	}
	if (providers.some(({ takesOthers }) => takesOthers)) return;
	const used = (group: PairGroup) => (group === 'global' ? PAIR_GROUPS : [group]).flatMap((one) => providers.flatMap(({ names }) => names[one])).map((name) => name.toLowerCase());
	for (const group of PAIR_GROUPS) {
		const unused = pairs[group].find(({ name }) => !used(group).includes(name.toLowerCase()));
		if (unused) throw new CampaignError('unused_pair', `None of the providers has a place for the ${FIELDS[group]} "${unused.name}"`, `Put $$${unused.name} into the request of the provider, switch on its "Add Other Pairs", or remove the pair.`);
	}
}
