package dev.brink.cache.field;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lists of tokens, as in {@code Vary} and {@code Connection}. */
public final class Tokens {
  private static final int MAX_TOKENS = 256;

  /** The members, lower-case, without empty ones; at most 256. */
  public static List<String> lowerCase(List<String> lines) {
    List<String> tokens = new ArrayList<>();
    for (String line : lines) {
      for (String part : line.split(",", MAX_TOKENS)) {
        String token = part.strip();
        if (!token.isEmpty() && tokens.size() < MAX_TOKENS) {
          tokens.add(token.toLowerCase(Locale.ROOT));
        }
      }
    }
    return tokens;
  }

  private Tokens() {}
}
