package dev.brink.mesh.wire;

import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.proto.PlacementHints;
import dev.brink.placement.Hints;
import dev.brink.placement.Near;
import dev.brink.placement.NodeSelector;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Where a function may and should run, as a record and as a message. A message's field that is not
 * set stands for the default.
 */
public final class PlacementMessages {
  private static final int MAX_SELECTORS = 64;
  private static final int MAX_NEEDS = 64;
  private static final Pattern CAPABILITY = Pattern.compile("[A-Za-z0-9._/-]{1,63}");
  private static final String SELECTOR = "LABEL=VALUE, values divided by |, labels by commas";

  /** As a message. */
  public static PlacementHints toProto(FunctionPlacement placement) {
    Hints hints = placement.hints();
    PlacementHints.Builder message =
        PlacementHints.newBuilder()
            .setNear(near(hints.near()))
            .setSpread(hints.spread())
            .addAllNeeds(new TreeSet<>(hints.needs()))
            .setAffinity(placement.affinity().text());
    hints.pin().ifPresent(pin -> message.setPin(pin.toString()));
    hints.allowed().forEach(selector -> message.addAllow(selector.toString()));
    hints.forbidden().forEach(selector -> message.addForbid(selector.toString()));
    return message.build();
  }

  private static String near(Near near) {
    return switch (near) {
      case Near.Caller ignored -> "";
      case Near.Data ignored -> "data";
      case Near.Origin ignored -> "origin";
      case Near.Nodes nodes -> nodes.selector().toString();
    };
  }

  /**
   * From a message.
   *
   * @throws DeploymentException with code {@code invalid-deployment}, naming the field
   */
  public static FunctionPlacement fromProto(PlacementHints message) {
    Hints.Builder hints = Hints.builder().spread(message.getSpread());
    if (!message.getNear().isEmpty()) {
      hints.near(
          read(
              "near",
              message.getNear(),
              Near::parse,
              "caller, data, origin, or nodes as " + SELECTOR));
    }
    if (!message.getPin().isEmpty()) {
      hints.pin(read("pin", message.getPin(), NodeSelector::parse, SELECTOR));
    }
    if (message.getAllowCount() > MAX_SELECTORS || message.getForbidCount() > MAX_SELECTORS) {
      throw SpecMessages.invalid(
          "placement.allow, placement.forbid",
          message.getAllowCount() + ", " + message.getForbidCount() + " selectors",
          "at most " + MAX_SELECTORS + " each");
    }
    hints.allowed(
        message.getAllowList().stream()
            .map(text -> read("allow", text, NodeSelector::parse, SELECTOR))
            .toList());
    hints.forbidden(
        message.getForbidList().stream()
            .map(text -> read("forbid", text, NodeSelector::parse, SELECTOR))
            .toList());
    for (String need : message.getNeedsList()) {
      if (message.getNeedsCount() > MAX_NEEDS || !CAPABILITY.matcher(need).matches()) {
        throw SpecMessages.invalid(
            "placement.needs",
            need,
            "at most " + MAX_NEEDS + " names of letters, digits, dots, dashes, slashes");
      }
    }
    hints.needs(Set.copyOf(message.getNeedsList()));
    Affinity affinity =
        read("affinity", message.getAffinity(), Affinity::parse, "header:NAME or cookie:NAME");
    return new FunctionPlacement(hints.build(), affinity);
  }

  private static <T> T read(String field, String text, Function<String, T> parse, String expected) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException _) {
      throw SpecMessages.invalid("placement." + field, text, expected);
    }
  }

  private PlacementMessages() {}
}
