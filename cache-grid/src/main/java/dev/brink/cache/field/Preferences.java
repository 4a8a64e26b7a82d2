package dev.brink.cache.field;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * What a request's selecting field says, without how it says it (RFC 9111 section 4.1): of {@code
 * Accept}, {@code Accept-Language}, {@code Accept-Encoding} and {@code Accept-Charset} the members
 * with their weights, in any order and case; of other fields the members without the white space
 * around them.
 */
public final class Preferences {
  private static final int MAX_MEMBERS = 64;
  private static final List<String> NEGOTIATION =
      List.of("accept", "accept-language", "accept-encoding", "accept-charset");

  /**
   * A member and how much it is wanted.
   *
   * @param value lower-case, without white space
   * @param weight in thousandths
   */
  public record Preference(String value, int weight) {}

  /**
   * The normal form of a selecting field.
   *
   * @param name lower-case
   * @param lines its lines in the request; none when it is not there
   */
  public static String normalize(String name, List<String> lines) {
    if (lines.isEmpty()) {
      return "";
    }
    return NEGOTIATION.contains(name) ? normalizeWeighted(lines) : "=" + normalizeList(lines);
  }

  private static String normalizeList(List<String> lines) {
    var text = new StringBuilder();
    for (String part : FieldText.join(lines).split(",", -1)) {
      String member = part.strip();
      if (!text.isEmpty() && !member.isEmpty()) {
        text.append(',');
      }
      text.append(member);
    }
    return text.toString();
  }

  private static String normalizeWeighted(List<String> lines) {
    List<String> members = new ArrayList<>();
    for (Preference each : parse(lines)) {
      members.add(each.value() + ";" + each.weight());
    }
    Collections.sort(members);
    return "=" + String.join(",", members);
  }

  /** Reads a weighted list; at most 64 members. */
  public static List<Preference> parse(List<String> lines) {
    List<Preference> preferences = new ArrayList<>();
    for (String part : FieldText.join(lines.isEmpty() ? List.of("") : lines).split(",", -1)) {
      if (preferences.size() < MAX_MEMBERS && !part.isBlank()) {
        preferences.add(parseOne(part));
      }
    }
    return preferences;
  }

  private static Preference parseOne(String part) {
    var value = new StringBuilder();
    int weight = 1000;
    for (String piece : part.split(";", -1)) {
      String clean = piece.strip().toLowerCase(Locale.ROOT).replace(" ", "").replace("\t", "");
      if (clean.startsWith("q=") && !value.isEmpty()) {
        weight = weight(clean.substring(2));
      } else if (!clean.isEmpty()) {
        value.append(value.isEmpty() ? "" : ";").append(clean);
      }
    }
    return new Preference(value.toString(), weight);
  }

  private static int weight(String text) {
    if (!text.matches("[01](\\.[0-9]{0,3})?")) {
      return 1000;
    }
    return Math.min(1000, (int) Math.round(Double.parseDouble(text) * 1000));
  }

  /** Whether one value alone is wanted most, and this is the one. */
  public static boolean prefersOnly(List<String> lines, String value) {
    int most = 0;
    String first = "";
    int ties = 0;
    for (Preference each : parse(lines)) {
      if (each.weight() > most) {
        most = each.weight();
        first = each.value();
        ties = 1;
      } else if (each.weight() == most) {
        ties++;
      }
    }
    return ties == 1 && first.equals(value.strip().toLowerCase(Locale.ROOT));
  }

  private Preferences() {}
}
