import { toValueSync, TypeGuards, type Context, type PropertyAccessToken, type Value } from 'liquidjs';

import { MissingValueError } from './missing';

type Read = (ctx: Context) => unknown;

/** How a value is read, with its filters. What most values are, a path of fixed names, is read without the library's generators. */
export function readerOf(value: Value): Read {
	const { filters } = value;
	const head = headOf(value);
	if (filters.length === 0) return head;
	return (ctx) => {
		let result = head(ctx);
		for (const filter of filters) result = toValueSync(filter.render(result, ctx));
		return result;
	};
}

function headOf({ initial }: Value): Read {
	const [only, ...others] = initial.postfix;
	const path = only && others.length === 0 && TypeGuards.isPropertyAccessToken(only) ? fixedPath(only) : undefined;
	if (!path) return (ctx) => toValueSync(initial.evaluate(ctx, false));
	const token = only as PropertyAccessToken;
	return (ctx) => {
		let found: unknown = ctx['findScope'](path[0] as string);
		for (const name of path) {
			found = ctx.readProperty(found as object, name);
			if (found === undefined && ctx.strictVariables) throw new MissingValueError(token.getText());
		}
		return found;
	};
}

/** Its names and numbers; undefined where one of them is itself a variable. */
function fixedPath({ variable, props }: PropertyAccessToken): Array<string | number> | undefined {
	if (variable) return undefined;
	const path = props.map((prop) => (prop as { content?: unknown }).content);
	return path.every((name) => typeof name === 'string' || typeof name === 'number') && typeof path[0] === 'string' ? path : undefined;
}
