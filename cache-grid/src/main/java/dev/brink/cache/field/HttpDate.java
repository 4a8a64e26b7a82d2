package dev.brink.cache.field;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * Dates of HTTP (RFC 9110 section 5.6.7) in the format of today and the two obsolete ones. Names of
 * days, months and the time zone are read in any case; everything else has to be exact. The name of
 * the day is not compared with the date.
 */
public final class HttpDate {
  /** Stands for a text that is no date. */
  public static final long INVALID = Long.MIN_VALUE;

  private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
  private static final String DAYS = "montuewedthufrisatsun";
  private static final String[] LONG_DAYS = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
  };
  private static final String WRITTEN_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
  private static final String WRITTEN_DAYS = "MonTueWedThuFriSatSun";
  private static final int DAY_SECONDS = 86_400;

  /** The first second of the year 0. */
  private static final long FIRST = -62_167_219_200L;

  /** The last moment that {@link #format} writes: the end of the year 9999. */
  public static final long LAST = 253_402_300_799L;

  private final String text;
  private int at;

  private HttpDate(String text) {
    this.text = text;
  }

  /**
   * Reads a date.
   *
   * @param nowSeconds tells which century a year of two digits is in: never more than 50 years on
   * @return seconds since the epoch, or {@link #INVALID}
   */
  public static long parse(CharSequence text, long nowSeconds) {
    if (text.length() < 24 || text.length() > 33) {
      return INVALID;
    }
    var date = new HttpDate(text.toString().toLowerCase(Locale.ROOT));
    int comma = date.text.indexOf(',');
    if (comma == 3) {
      return date.fixdate();
    }
    return comma > 3 ? date.rfc850(comma, nowSeconds) : date.asctime();
  }

  /**
   * Writes a date in today's format.
   *
   * @throws IllegalArgumentException unless it is in the years 0 to 9999
   */
  public static String format(long epochSeconds) {
    if (epochSeconds < FIRST || epochSeconds > LAST) {
      throw new IllegalArgumentException(
          "epochSeconds: " + epochSeconds + " (expected: " + FIRST + " to " + LAST + ")");
    }
    LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(epochSeconds, DAY_SECONDS));
    int second = Math.floorMod(epochSeconds, DAY_SECONDS);
    byte[] text = new byte[29];
    name(text, 0, WRITTEN_DAYS, day.getDayOfWeek().getValue() - 1);
    text[3] = ',';
    text[4] = ' ';
    digits(text, 5, day.getDayOfMonth());
    text[7] = ' ';
    name(text, 8, WRITTEN_MONTHS, day.getMonthValue() - 1);
    text[11] = ' ';
    digits(text, 12, day.getYear() / 100);
    digits(text, 14, day.getYear() % 100);
    text[16] = ' ';
    digits(text, 17, second / 3600);
    text[19] = ':';
    digits(text, 20, second / 60 % 60);
    text[22] = ':';
    digits(text, 23, second % 60);
    text[25] = ' ';
    text[26] = 'G';
    text[27] = 'M';
    text[28] = 'T';
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void name(byte[] text, int from, String names, int number) {
    for (int i = 0; i < 3; i++) {
      text[from + i] = (byte) names.charAt(3 * number + i);
    }
  }

  private static void digits(byte[] text, int from, int number) {
    text[from] = (byte) ('0' + number / 10);
    text[from + 1] = (byte) ('0' + number % 10);
  }

  /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  private long fixdate() {
    if (text.length() != 29 || !shortDay()) {
      return INVALID;
    }
    at = 5;
    int day = number(2);
    boolean right = day > 0 && literal(' ');
    int month = month();
    right &= literal(' ');
    int year = number(4);
    return right && literal(' ') ? clock(year, month, day, " gmt") : INVALID;
  }

  /** {@code Sunday, 06-Nov-94 08:49:37 GMT}. */
  private long rfc850(int comma, long nowSeconds) {
    String name = text.substring(0, comma);
    boolean right = false;
    for (String day : LONG_DAYS) {
      right |= day.equals(name);
    }
    at = comma + 1;
    right &= literal(' ');
    int day = number(2);
    right &= literal('-');
    int month = month();
    right &= literal('-');
    int year = number(2);
    if (!right || !literal(' ') || year < 0) {
      return INVALID;
    }
    int thisYear = Instant.ofEpochSecond(nowSeconds).atOffset(ZoneOffset.UTC).getYear();
    int full = thisYear - thisYear % 100 + year;
    return clock(full > thisYear + 50 ? full - 100 : full, month, day, " gmt");
  }

  /** {@code Sun Nov 6 08:49:37 1994}. */
  private long asctime() {
    if (text.length() != 24 || !shortDay()) {
      return INVALID;
    }
    at = 3;
    boolean right = literal(' ');
    int month = month();
    right &= literal(' ');
    int day;
    if (text.charAt(at) == ' ') {
      at++;
      day = number(1);
    } else {
      day = number(2);
    }
    right &= literal(' ');
    int clockAt = at;
    at = 20;
    int year = number(4);
    if (!right || text.charAt(19) != ' ' || at != 24) {
      return INVALID;
    }
    at = clockAt;
    return clock(year, month, day, " " + text.substring(20));
  }

  private boolean shortDay() {
    int found = DAYS.indexOf(text.substring(0, 3));
    return found >= 0 && found % 3 == 0;
  }

  private long clock(int year, int month, int day, String rest) {
    int hour = number(2);
    boolean right = literal(':');
    int minute = number(2);
    right &= literal(':');
    int second = number(2);
    if (!right || second > 60 || at > text.length() || !text.substring(at).equals(rest)) {
      return INVALID;
    }
    int leap = second == 60 ? 1 : 0;
    try {
      return LocalDateTime.of(year, month, day, hour, minute, second - leap)
              .toEpochSecond(ZoneOffset.UTC)
          + leap;
    } catch (DateTimeException _) {
      return INVALID;
    }
  }

  private boolean literal(char expected) {
    boolean there = at < text.length() && text.charAt(at) == expected;
    at++;
    return there;
  }

  private int month() {
    if (at + 3 > text.length()) {
      return -1;
    }
    int found = MONTHS.indexOf(text.substring(at, at + 3));
    at += 3;
    return found >= 0 && found % 3 == 0 ? found / 3 + 1 : -1;
  }

  private int number(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++, at++) {
      int digit = at < text.length() ? text.charAt(at) - '0' : -1;
      if (digit < 0 || digit > 9) {
        at += digits - i;
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
