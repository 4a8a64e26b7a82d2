package dev.brink.exec.crypto;

/** Makes, reads and writes the pairs of one kind, or of one curve. */
interface KeyFamily {
  KeyMaterial.Pair generate();

  /** The public key as the plain bytes of a point. */
  KeyMaterial.Public fromRaw(byte[] bytes);

  KeyMaterial.Public fromSpki(byte[] der);

  KeyMaterial.Private fromPkcs8(byte[] der);

  /** Private if it has a {@code d}, else public. */
  KeyMaterial fromJwk(Jwk jwk);

  byte[] toRaw(KeyMaterial.Public key);

  byte[] toSpki(KeyMaterial.Public key);

  byte[] toPkcs8(KeyMaterial.Private key);

  Jwk toJwk(KeyMaterial key);
}
