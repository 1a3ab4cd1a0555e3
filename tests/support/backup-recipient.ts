/** An operator's OpenPGP keys, as `gpg --armor --export` prints them. */

/** Of version 4, Curve25519: the GnuPG in the database's image encrypts for it. */
export const recipient = `-----BEGIN PGP PUBLIC KEY BLOCK-----

xjMEaVW5ABYJKwYBBAHaRw8BAQdAfe2KvT8x/SzBSPEG0/YzPpj5tysngNzl
lOl1CPrEjQTNFVJleCA8cmV4QGFjbWUuc29jaWFsPsLAEwQTFgoAhQWCaVW5
AAMLCQcJEPz4x5OEgXTzRRQAAAAAABwAIHNhbHRAbm90YXRpb25zLm9wZW5w
Z3Bqcy5vcmeWIIeYjgyFUPW5hGADGVzCKJ2nWQGnUZX8cHeMNbog9AUVCggO
DAQWAAIBAhkBApsDAh4BFiEEPsiopOIngSFu3AWs/PjHk4SBdPMAAGyDAP0R
zMmCqFdCZ7pZ5JecoI5pDqAF6RZXSMY9YfzFknVDuwD/WeOjZ4dN+hhqWlMR
cGi4u9sHS1q0E00N0hlUKkH2jgTOOARpVbkAEgorBgEEAZdVAQUBAQdAPrJ5
skgoC1YG61jgTBL3DV6/OXczx0Zqyjv8QmZikh0DAQgHwr4EGBYKAHAFgmlV
uQAJEPz4x5OEgXTzRRQAAAAAABwAIHNhbHRAbm90YXRpb25zLm9wZW5wZ3Bq
cy5vcmcH8m5EvQZTPNKO48ciof5GGhDjTpCZxqP4Qu8rVTlw3AKbDBYhBD7I
qKTiJ4EhbtwFrPz4x5OEgXTzAACSSQEAqPzG0hXzC28GYqqvr7B5l00imOPp
w0kbzRAflaeLTwEA/AslOF2TJ9SvKD1qyK4hSql9f4GmHoenSbXJqJWxF/IG
=6IGW
-----END PGP PUBLIC KEY BLOCK-----
`;

/** The beginning of a key of version 6 (RFC 9580). */
export const recipientOfVersion6 = `-----BEGIN PGP PUBLIC KEY BLOCK-----

xioGawuf4BsAAAAghRTPg0kfa9Qfh7rC/E7iARmLjBk3KyAGLRCpgihvhzbC
rQYfGwoAAAA+BYJrC5/gAwsJBwUVCggODAQWAAIBApsDAh4BIqEG4+zjUPbH
-----END PGP PUBLIC KEY BLOCK-----
`;
