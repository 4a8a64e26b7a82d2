package dev.brink.exec.crypto;

import org.jspecify.annotations.Nullable;

/** An operation's named arguments, already checked for their types. */
public interface CryptoArguments {
  String text(String name);

  long number(String name);

  /** A copy of some bytes; {@code null} when the argument is not there. */
  byte @Nullable [] bytesIf(String name);

  KeyMaterial key(String name);

  /** What is to be hashed, signed, encrypted or read; empty when there is nothing. */
  byte[] data();

  default byte[] bytes(String name) {
    byte[] bytes = bytesIf(name);
    return bytes == null ? new byte[0] : bytes;
  }
}
