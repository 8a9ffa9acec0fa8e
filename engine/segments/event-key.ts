/** The form in which event names are compared; the store keeps it with every name. */
export { eventMatchKey as eventKey } from '../people/event-names';
