import { analyzeSync, Liquid, LiquidError, toValueSync, UndefinedVariableError, type Template } from 'liquidjs';
import { truncate } from '../channels/http/redact';
import { CampaignError } from '../errors';
import { namedProperty, type NamedProperty } from './at-form';
import { PersonContext } from './context';
import { installDateFilters, NOW } from './dates';
import { EVENT_OF, type EventOf } from './form-output';
import { MissingValueError } from './missing';
import { installNewestFirst, newestFirst } from './newest-first';
import { AbortError, AbortTag, echoTag, StrictParser, type OutputRules } from './strict-output';

export type { Escape } from './strict-output';

/** What a person gets, or why not. `detail` is for operators: the variable that is missing, or what went wrong. */
export type RenderResult = { ok: true; text: string } | { ok: false; reason: 'personalization_failed' | 'liquid_aborted'; detail: string };

/** What one rendering works on. Properties are data: text in them is never read as a template. */
export interface RenderInput {
	/** `Profile.x` */
	profile: object;
	/** `Event.x`; absent where the campaign has no event. */
	event?: object;
	/** What `@Name of an event - property` reads: properties of an event by the match key of its name. */
	eventOf?: EventOf;
	/** `ConstantEventProperty`: the values, newest first. Absent or empty where the campaign has none for the person. */
	constantEventProperty?: ReadonlyArray<string | number | boolean>;
	/** Further roots, such as `Linked`. */
	extra?: Record<string, unknown>;
	/** Epoch milliseconds, what `'now' | date` prints. */
	now: number;
	/** IANA zone in which dates are read and printed. Default UTC. */
	timezone?: string;
}

export interface TemplateOptions extends Partial<OutputRules> {
	/** Longest text a rendering may give, in characters. Default 100,000. */
	maxLength?: number;
}

/** Something wrong in a template. Line and column count from 1. */
export interface TemplateProblem {
	message: string;
	line: number;
	column: number;
}

const LIMITS = {
	/** Characters of a template. */
	parseLimit: 200_000,
	/** Milliseconds of one rendering: far beyond any honest one, also on a busy machine. */
	renderLimit: 1_000,
	/** Characters and list items made on the way. */
	memoryLimit: 5_000_000,
};

const DEFAULT_MAX_LENGTH = 100_000;

/** Tags that read other files. */
const FILE_TAGS = ['include', 'render', 'layout', 'block'];

/** Filters that read an argument as an expression: an argument may be a person's property. */
const EXPRESSION_FILTERS = ['where_exp', 'reject_exp', 'group_by_exp', 'has_exp', 'find_exp', 'find_index_exp'];

function makeEngine(rules: OutputRules, catchAllErrors: boolean): Liquid {
	const engine = new Liquid({
		...LIMITS,
		templates: {},
		strictFilters: true,
		strictVariables: false,
		ownPropertyOnly: true,
		catchAllErrors,
		timezoneOffset: 'UTC',
		locale: 'en-US',
	});
	for (const tag of FILE_TAGS) delete engine.tags[tag];
	for (const filter of EXPRESSION_FILTERS) delete engine.filters[filter];
	engine.registerTag('abort', AbortTag);
	engine.registerTag('echo', echoTag(rules));
	installDateFilters(engine);
	installNewestFirst(engine);
	return engine;
}

const engines = new Map<string, Liquid>();

/** One engine per set of rules; it keeps nothing of a template or a person. */
function engineFor(rules: OutputRules): Liquid {
	const key = `${rules.missing} ${rules.escape}`;
	let engine = engines.get(key);
	if (!engine) engines.set(key, (engine = makeEngine(rules, false)));
	return engine;
}

/** Collects the text and stops before it grows beyond the limit. */
class BoundedEmitter {
	buffer = '';

	constructor(private readonly maxLength: number) {}

	write(piece: unknown): void {
		this.buffer += String(piece ?? '');
		if (this.buffer.length > this.maxLength) throw new Error(`the text is longer than ${this.maxLength} characters`);
	}
}

/** A template that was read once and renders for many people. */
export class CompiledTemplate {
	constructor(
		private readonly engine: Liquid,
		private readonly templates: Template[],
		private readonly maxLength: number,
		/** Properties of events that it asks for by the events' names. */
		readonly named: readonly NamedProperty[],
	) {}

	/** Never throws. */
	render(input: RenderInput): RenderResult {
		const emitter = new BoundedEmitter(this.maxLength);
		try {
			const globals = { [NOW]: input.now, [EVENT_OF]: input.eventOf };
			const context = new PersonContext(scopeOf(input), optionsIn(this.engine, input.timezone), { sync: true, globals }, { liquid: this.engine });
			toValueSync(this.engine.renderer.renderTemplates(this.templates, context, emitter));
			return { ok: true, text: emitter.buffer };
		} catch (error) {
			return failureOf(error);
		}
	}

	/** What stands behind a root wherever it is used: for `Linked` and `{{ Linked.Weather.days[0] }}` that is `Weather`, `days`, `0`. */
	usesOf(root: string): unknown[][] {
		return (analyzeSync(this.templates).globals[root] ?? []).map(({ segments }) => segments.slice(1));
	}
}

/** What templates see by name. Without a prototype, so that what every object inherits is no variable. */
class Roots {
	declare Profile: object;
	declare Event: object | undefined;
	declare ConstantEventProperty: unknown;
}
Object.setPrototypeOf(Roots.prototype, null);
delete (Roots.prototype as { constructor?: unknown }).constructor;

function scopeOf({ profile, event, constantEventProperty, extra }: RenderInput): object {
	const roots = new Roots();
	if (extra) Object.assign(roots, extra);
	roots.Profile = profile;
	roots.Event = event;
	roots.ConstantEventProperty = newestFirst(constantEventProperty);
	return roots;
}

/** Options of an engine by zone: one set each, as there are few zones and many people. */
const optionsByZone = new WeakMap<Liquid, Map<string, Liquid['options']>>();

/** People may say anything is their zone. */
const MOST_ZONES = 1_000;

function optionsIn(engine: Liquid, timezone: string | undefined): Liquid['options'] {
	if (timezone === undefined) return engine.options;
	let zones = optionsByZone.get(engine);
	if (!zones) optionsByZone.set(engine, (zones = new Map()));
	let options = zones.get(timezone);
	if (!options) {
		options = { ...engine.options, timezoneOffset: timezone };
		if (zones.size < MOST_ZONES) zones.set(timezone, options);
	}
	return options;
}

function failureOf(error: unknown): RenderResult {
	const cause = LiquidError.is(error) ? (error as { originalError?: unknown }).originalError ?? error : error;
	if (cause instanceof AbortError) return { ok: false, reason: 'liquid_aborted', detail: 'The template said {% abort %} for this person' };
	const variable = missingVariable(error, cause);
	const detail = variable === undefined ? `The template failed: ${messageOf(cause)}` : `No value for ${variable}, and the template gives no default`;
	return { ok: false, reason: 'personalization_failed', detail: truncate(detail, 300) };
}

function missingVariable(error: unknown, cause: unknown): string | undefined {
	if (cause instanceof MissingValueError) return cause.variable;
	return error instanceof UndefinedVariableError ? error.token.getText() : undefined;
}

/** A library message without the position at its end. */
function messageOf(error: unknown): string {
	return String((error as Error).message).replace(/(, file:[^,]*)?, line:\d+, col:\d+$/, '');
}

function positionOf(error: unknown): { line: number; column: number } {
	const token = (error as { token?: { getPosition?: () => [number, number] } }).token;
	const [line, column] = token?.getPosition?.() ?? [1, 1];
	return { line, column };
}

const DEFAULT_RULES: OutputRules = { missing: 'fail', escape: 'none' };

/**
 * Reads a template: Liquid over `Profile`, `Event` and `ConstantEventProperty`, with `{% abort %}`, and `@` forms (see AtForm).
 * Throws a CampaignError with the place of the first mistake.
 */
export function compile(template: string, options: TemplateOptions = {}): CompiledTemplate {
	const rules: OutputRules = { missing: options.missing ?? DEFAULT_RULES.missing, escape: options.escape ?? DEFAULT_RULES.escape };
	const engine = engineFor(rules);
	try {
		const parser = new StrictParser(engine, rules);
		const templates = parser.parse(template);
		return new CompiledTemplate(engine, templates, options.maxLength ?? DEFAULT_MAX_LENGTH, parser.forms.flatMap((form) => namedProperty(form) ?? []));
	} catch (error) {
		const { line, column } = positionOf(error);
		throw new CampaignError('invalid_template', `The message template has a mistake in line ${line}, column ${column}: ${messageOf(error)}`, 'Correct the template; a Preview of the sender shows every mistake with its place.');
	}
}

/** Reads a template so that every mistake is found, not only the first. */
export function parseToCheck(template: string): { templates: Template[] } | { problems: TemplateProblem[] } {
	const engine = makeEngine(DEFAULT_RULES, true);
	try {
		return { templates: new StrictParser(engine, DEFAULT_RULES).parse(template) };
	} catch (error) {
		const errors = (error as { errors?: unknown[] }).errors ?? [error];
		return { problems: errors.map((one) => ({ message: messageOf(one), ...positionOf(one) })) };
	}
}
