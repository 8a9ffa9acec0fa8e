import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { compile, type CompiledTemplate, type RenderInput, type TemplateOptions } from '../../engine/personalization/liquid';
import type { Scalar } from '../../engine/segments/values';
import { toNodeError } from './errors';
import { eventOf } from './named-events';
import type { Recipient } from './recipients';

/** Reads the template of a parameter, once per batch. */
export function compileParameter(context: IExecuteFunctions, name: string, options: TemplateOptions): CompiledTemplate {
	return compileText(context, context.getNodeParameter(name, 0, ''), options);
}

/** Reads a template of the node. A mistake in it is an error of the node. */
export function compileText(context: IExecuteFunctions, text: unknown, options: TemplateOptions): CompiledTemplate {
	try {
		return compile(String(text ?? ''), options);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/**
 * What templates see of a recipient: Profile.x are the person's properties and addresses, Event.x those of the event,
 * ConstantEventProperty what the item carries of a constant event property; `@Name - x` an event of that name.
 */
export function renderInput(recipient: Recipient, now: number): RenderInput {
	const { json, user } = recipient;
	const { id, email, phone, timezone, properties } = user;
	const known = Object.entries({ id, email, phone, timezone }).filter(([, value]) => value !== undefined && value !== null);
	const event = json.event as IDataObject | undefined;
	return {
		profile: { ...properties, ...Object.fromEntries(known) },
		...(event && { event: { ...(event.properties as IDataObject | undefined), name: event.name } }),
		eventOf: (name) => eventOf(recipient, name),
		constantEventProperty: plainValues(json.constantEventProperty),
		now,
		timezone: timezone ?? undefined,
	};
}

/** Other nodes may have put anything there. */
function plainValues(given: unknown): Scalar[] {
	if (!Array.isArray(given)) return [];
	return given.filter((value): value is Scalar => value !== '' && ['string', 'number', 'boolean'].includes(typeof value));
}
