package dev.brink.mesh.deploy;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An expression as crontab has it, in UTC: minute (0 to 59), hour (0 to 23), day of the month (1 to
 * 31), month (1 to 12, or JAN to DEC), day of the week (0 to 7, or SUN to SAT; 0 and 7 are Sunday).
 * A field is {@code *} or a list of numbers and ranges, and either may have a step: {@code 1-5,30},
 * {@code *}{@code /10}, {@code 8-18/2}. When both kinds of days are restricted, either is enough.
 * Immutable.
 *
 * @param expression as it was written
 * @param minutes a bit for each minute that matches; the others in the same way
 * @param anyDay whether the day of the month is {@code *}
 * @param anyWeekday whether the day of the week is {@code *}
 */
public record CronSchedule(
    String expression,
    long minutes,
    long hours,
    long days,
    long months,
    long weekdays,
    boolean anyDay,
    boolean anyWeekday) {
  private static final Pattern PART =
      Pattern.compile("(?:\\*|(\\w{1,3})(?:-(\\w{1,3}))?)(?:/(\\d{1,2}))?");
  private static final List<String> MONTHS =
      List.of(
          "", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
  private static final List<String> WEEKDAYS =
      List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
  private static final int SUNDAY = 7;

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static CronSchedule parse(String expression) {
    String[] fields = expression.trim().split("\\s+", -1);
    if (fields.length != 5) {
      throw invalid(expression);
    }
    long weekdays = bits(expression, fields[4], 0, SUNDAY, WEEKDAYS);
    return new CronSchedule(
        expression,
        bits(expression, fields[0], 0, 59, List.of()),
        bits(expression, fields[1], 0, 23, List.of()),
        bits(expression, fields[2], 1, 31, List.of()),
        bits(expression, fields[3], 1, 12, MONTHS),
        weekdays | ((weekdays & 1) << SUNDAY),
        fields[2].startsWith("*"),
        fields[4].startsWith("*"));
  }

  private static long bits(String expression, String field, int low, int high, List<String> names) {
    long bits = 0;
    for (String part : field.split(",", -1)) {
      Matcher matcher = PART.matcher(part);
      if (!matcher.matches()) {
        throw invalid(expression);
      }
      String step = matcher.group(3);
      int every = step == null ? 1 : Integer.parseInt(step);
      int from = matcher.group(1) == null ? low : number(expression, matcher.group(1), names);
      int last = matcher.group(1) == null || step != null ? high : from;
      int to = matcher.group(2) == null ? last : number(expression, matcher.group(2), names);
      if (from < low || to > high || from > to || every == 0) {
        throw invalid(expression);
      }
      for (int value = from; value <= to; value += every) {
        bits |= 1L << value;
      }
    }
    return bits;
  }

  private static int number(String expression, String text, List<String> names) {
    int named = text.isEmpty() ? -1 : names.indexOf(text.toUpperCase(Locale.ROOT));
    if (named >= 0) {
      return named;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw invalid(expression);
    }
  }

  private static IllegalArgumentException invalid(String expression) {
    return new IllegalArgumentException(
        "schedule: " + expression + " (expected: minute hour day month weekday, as in crontab)");
  }

  /** Whether there is a tick in the minute that begins then. */
  public boolean matches(Instant minute) {
    ZonedDateTime time = minute.atZone(ZoneOffset.UTC);
    return in(minutes, time.getMinute())
        && in(hours, time.getHour())
        && in(months, time.getMonthValue())
        && onDay(time);
  }

  private boolean onDay(ZonedDateTime time) {
    boolean day = in(days, time.getDayOfMonth());
    boolean weekday = in(weekdays, time.getDayOfWeek().getValue());
    if (anyDay || anyWeekday) {
      return day && weekday;
    }
    return day || weekday;
  }

  private static boolean in(long bits, int value) {
    return (bits & (1L << value)) != 0;
  }

  @Override
  public String toString() {
    return expression;
  }
}
