import { authHeaders } from '../../channels/http/auth';
import { parseJson } from '../../channels/http/json-path';
import { escapeFor } from '../../channels/http/place';
import { assertSameOrigin, withParameters } from '../../channels/http/url-template';
import type { HttpRequest } from '../../channels/provider';
import { CampaignError } from '../../errors';
import type { NamedProperty } from '../at-form';
import { check } from '../check';
import { isPersonalized } from '../fixed';
import { compile, type CompiledTemplate, type RenderInput } from '../liquid';
import { checkDefinition, type LinkedDefinition } from './definition';

/** The request for one person, or why there can be none. */
export type BuiltRequest = { ok: true; request: HttpRequest } | { ok: false; reason: 'linked_content_failed' | 'liquid_aborted'; detail: string };

/** Longest URL and header value, in characters: servers refuse longer ones. */
const LONGEST_LINE = 8_000;

const LONGEST_BODY = 100_000;

/** A template and what its text is put into. */
interface Field {
	template: CompiledTemplate;
	name: string;
}

/** Thrown where a template gives no text. */
class NotBuilt extends Error {
	constructor(
		readonly reason: 'linked_content_failed' | 'liquid_aborted',
		detail: string,
	) {
		super(detail);
	}
}

/** Makes the request to an API out of what is known of a person. Its templates are read once. */
export class RequestBuilder {
	private readonly url: CompiledTemplate;

	private readonly query: Field[];

	private readonly headers: Field[];

	private readonly body?: CompiledTemplate;

	/** With the secrets of the credential in it. */
	readonly #definition: LinkedDefinition;

	/** Throws a CampaignError naming what cannot work. */
	constructor(definition: LinkedDefinition) {
		checkDefinition(definition);
		this.#definition = definition;
		const { url, query = [], headers = [], body } = definition;
		this.url = compileField('URL', url.trim(), { escape: 'url', maxLength: LONGEST_LINE });
		// Fixed text around the values needs escaping, too: these are escaped as a whole.
		this.query = query.map(({ name, value }) => ({ name, template: compileField(`Query parameter ${name}`, value, { maxLength: LONGEST_LINE }) }));
		this.headers = headers.map(({ name, value }) => ({ name, template: compileField(`Header ${name}`, value, { maxLength: LONGEST_LINE }) }));
		if (body !== undefined) this.body = compileField('JSON', body, { escape: 'json', maxLength: LONGEST_BODY });
	}

	/** Properties of events that the request asks for by the events' names. */
	get named(): NamedProperty[] {
		const templates = [this.url, ...this.query.map(({ template }) => template), ...this.headers.map(({ template }) => template), this.body ?? []].flat();
		return templates.flatMap(({ named }) => named);
	}

	/** Never throws. */
	build(input: RenderInput): BuiltRequest {
		try {
			const { method, auth = { type: 'none' } } = this.#definition;
			const body = this.body && jsonOf(this.body, input);
			const own = Object.fromEntries(this.headers.map(({ name, template }) => [name, escapeFor('header', textOf(template, input))]));
			const typed = Object.keys(own).some((name) => name.toLowerCase() === 'content-type');
			return {
				ok: true,
				request: {
					method,
					url: this.urlFor(input),
					headers: { Accept: 'application/json', ...(body !== undefined && !typed && { 'Content-Type': 'application/json; charset=utf-8' }), ...own, ...(auth.type !== 'query' && authHeaders(auth)) },
					...(body !== undefined && { body }),
				},
			};
		} catch (error) {
			const reason = error instanceof NotBuilt ? error.reason : 'linked_content_failed';
			return { ok: false, reason, detail: (error as Error).message };
		}
	}

	private urlFor(input: RenderInput): string {
		const url = withParameters(textOf(this.url, input), this.query.map(({ name, template }) => ({ name, value: textOf(template, input) })));
		assertSameOrigin(url, this.#definition.url);
		return url;
	}
}

function textOf(template: CompiledTemplate, input: RenderInput): string {
	const rendered = template.render(input);
	if (!rendered.ok) throw new NotBuilt(rendered.reason === 'liquid_aborted' ? rendered.reason : 'linked_content_failed', rendered.detail);
	return rendered.text;
}

function jsonOf(template: CompiledTemplate, input: RenderInput): string {
	const text = textOf(template, input);
	if (parseJson(text) === undefined) throw new NotBuilt('linked_content_failed', 'The body is no JSON after the values were put in');
	return text;
}

function compileField(field: string, text: string, options: Parameters<typeof compile>[1]): CompiledTemplate {
	const [problem] = isPersonalized(text) ? check(text) : [];
	if (problem) throw new CampaignError('invalid_template', `${field} has a mistake in line ${problem.line}, column ${problem.column}: ${problem.message}`, 'Correct it. Values of a person or an event are written as in messages, such as {{ Profile.city }}.');
	return compile(text, options);
}
