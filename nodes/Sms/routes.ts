import type { Provider, SmsMessage } from '../../engine/channels/provider';
import { countriesOf, mayGoTo } from '../../engine/channels/sms/countries';
import type { SuppliedProvider } from '../shared/provider-group';

/** Most countries that a refusal names. */
const MOST_NAMED = 3;

/** Which providers of a node are asked for a number, in their order. */
export interface SmsRoutes {
	of(number: string): Array<Provider<SmsMessage>>;
	/** Why nobody can be asked; undefined when somebody can. */
	whyNone(number: string): string | undefined;
}

/** @param supplied the sub-nodes behind `providers`, in the same order */
export function smsRoutes(providers: ReadonlyArray<Provider<SmsMessage>>, supplied: ReadonlyArray<Pick<SuppliedProvider<SmsMessage>, 'countries'>>): SmsRoutes {
	const of = (number: string) => providers.filter((_provider, index) => mayGoTo(supplied[index]?.countries ?? { only: [], not: [] }, number));
	return {
		of,
		whyNone: (number) => {
			if (of(number).length > 0) return undefined;
			const countries = countriesOf(number).slice(0, MOST_NAMED);
			return countries.length > 0 ? `No provider of this node is for numbers of ${countries.join(', ')}` : 'No provider of this node is for numbers of no country';
		},
	};
}
