/**
 * The doors and codes that the examples of the API document speak of. A test builds a backend that has them and sends it
 * every example.
 */
export const exampleDoor = 'AAECAwQFBgcICQoLDA0ODw';
export const exampleToken = 'oKGio6SlpqeoqaqrrK2urw';
/** The text of `exampleToken`'s code, in words: what a phone shows. */
export const exampleCode = 'PT1:6BFE+70.-7$S4KSSOX0RYJ2DA9T3.PI:K9FE0';
