import { CampaignError } from '../../errors';
import { compile, type CompiledTemplate } from '../liquid';

/**
 * Names of the APIs that a template takes values from, each once. A text that is no template names none; its mistakes are
 * told where it is compiled for a message. Throws a CampaignError where the name is not written out: it could be any, and
 * asking all of them is not meant.
 */
export function linkedNames(text: string): string[] {
	if (!text.includes('Linked') || !/\{[{%]/.test(text)) return [];
	let template: CompiledTemplate;
	try {
		template = compile(text);
	} catch {
		return [];
	}
	const names = template.usesOf('Linked').map(([name]) => {
		if (typeof name === 'string') return name;
		throw new CampaignError('linked_content_name', 'The template says "Linked" without the name of the linked content', 'Write the name out, such as {{ Linked.Weather.temperature }}.');
	});
	return [...new Set(names)];
}
