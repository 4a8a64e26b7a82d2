package dev.brink.exec.zip;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;

/** Reads the header of a gzip member, a byte at a time: RFC 1952, section 2.3. */
final class GzipHeader {
  private static final int FIXED_BYTES = 10;
  private static final int HAS_CRC = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private enum Part {
    FIXED,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    CRC,
    COMPLETE
  }

  private final CRC32 crc = new CRC32();
  private Part part = Part.FIXED;
  private int flags;
  private int at;
  private int number;

  boolean complete() {
    return part == Part.COMPLETE;
  }

  /** Returns how many bytes it used. */
  int read(byte[] input, int from) throws DataFormatException {
    int next = from;
    while (next < input.length && !complete()) {
      read(input[next++] & 0xff);
    }
    return next - from;
  }

  private void read(int value) throws DataFormatException {
    if (part != Part.CRC) {
      crc.update(value);
    }
    switch (part) {
      case FIXED -> fixed(value);
      case EXTRA_LENGTH -> {
        number |= value << (8 * at);
        if (++at == 2) {
          at = 0;
          begin(number == 0 ? Part.NAME : Part.EXTRA);
        }
      }
      case EXTRA -> {
        if (--number == 0) {
          begin(Part.NAME);
        }
      }
      case NAME -> {
        if (value == 0) {
          begin(Part.COMMENT);
        }
      }
      case COMMENT -> {
        if (value == 0) {
          begin(Part.CRC);
        }
      }
      case CRC -> checkCrc(value);
      case COMPLETE -> throw new IllegalStateException();
    }
  }

  private void fixed(int value) throws DataFormatException {
    boolean expected =
        switch (at) {
          case 0 -> value == 0x1f;
          case 1 -> value == 0x8b;
          case 2 -> value == 8;
          case 3 -> (value & RESERVED) == 0;
          default -> true;
        };
    if (!expected) {
      throw new DataFormatException("the data is not gzip");
    }
    if (at == 3) {
      flags = value;
    }
    if (++at == FIXED_BYTES) {
      at = 0;
      begin(Part.EXTRA_LENGTH);
    }
  }

  /** Goes to the first part from {@code next} on that is there. */
  private void begin(Part next) {
    part = next;
    if (part == Part.EXTRA_LENGTH && (flags & HAS_EXTRA) == 0) {
      part = Part.NAME;
    }
    if (part == Part.NAME && (flags & HAS_NAME) == 0) {
      part = Part.COMMENT;
    }
    if (part == Part.COMMENT && (flags & HAS_COMMENT) == 0) {
      part = Part.CRC;
    }
    if (part == Part.CRC) {
      number = 0;
      at = 0;
      if ((flags & HAS_CRC) == 0) {
        part = Part.COMPLETE;
      }
    }
  }

  private void checkCrc(int value) throws DataFormatException {
    number |= value << (8 * at);
    if (++at == 2) {
      if (number != (crc.getValue() & 0xffff)) {
        throw new DataFormatException("the header is not what was written");
      }
      part = Part.COMPLETE;
    }
  }
}
