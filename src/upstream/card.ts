/** A card as it is known by: its number has no case (OCPP 1.6 clause 6.1). */
export const cardOf = (idToken: string): string => idToken.toLowerCase();
