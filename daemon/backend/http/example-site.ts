/**
 * The door and the code that the examples of the API document speak of. A test builds a backend that has them and sends it
 * every example.
 */
export const exampleDoor = 'AAECAwQFBgcICQoLDA0ODw';
export const exampleToken = 'oKGio6SlpqeoqaqrrK2urw';
/** The text of the token's code, signed by a key that is no door's. */
export const exampleCode = 'PT1:PWGSLKOE69T8T37D0RW6B2XK55AX507H0QS00+0J61%H1CT1J+1BF3L+PF9IBF3L+KG9IU8ANJK.UKG.KZ8L9KLSVL2/LN7M 88OPOO/T*SKX-0-PNGAV+50W3BOI01RR.IVGOMULO*FGQ*B9PD073ZV4H2BY1RWG4HYR5$NWF9%%99.090M-63$S5F4EKHA10';
