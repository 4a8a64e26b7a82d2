package dev.brink.placement;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a function's manifest says about where it runs. Immutable; equal to one that says the same.
 *
 * <p>Allowed and forbidden nodes, a pin and what the function needs are kept without exception:
 * when no node that is up satisfies them, the choice is {@link Reason#NOT_ALLOWED}. What it is near
 * to and being spread are wishes.
 */
public final class Hints {
  private static final int MAX_SELECTORS = 64;
  private static final Hints NONE = builder().build();

  private final Near near;
  private final @Nullable NodeSelector pin;
  private final boolean spread;
  private final List<NodeSelector> allowed;
  private final List<NodeSelector> forbidden;
  private final Set<String> needs;
  private final boolean empty;

  private Hints(Builder builder) {
    near = builder.near;
    pin = builder.pin;
    spread = builder.spread;
    allowed = builder.allowed;
    forbidden = builder.forbidden;
    needs = builder.needs;
    empty =
        near.equals(Near.CALLER)
            && pin == null
            && !spread
            && allowed.isEmpty()
            && forbidden.isEmpty()
            && needs.isEmpty();
  }

  /** Nothing: any node, near the caller. */
  public static Hints none() {
    return NONE;
  }

  /** Starts from {@link #none}. */
  public static Builder builder() {
    return new Builder();
  }

  /** What it is near to. */
  public Near near() {
    return near;
  }

  /** The only nodes it runs on, if so. */
  public Optional<NodeSelector> pin() {
    return Optional.ofNullable(pin);
  }

  /** Whether its requests are spread over nodes that are about as good. */
  public boolean spread() {
    return spread;
  }

  /** Nodes it may run on: those that match one of them; any when there is none. */
  public List<NodeSelector> allowed() {
    return allowed;
  }

  /** Nodes it must not run on: those that match one of them. */
  public List<NodeSelector> forbidden() {
    return forbidden;
  }

  /** What a node must offer: see {@link NodeInfo#capabilities}. */
  public Set<String> needs() {
    return needs;
  }

  /** Whether they say nothing: the same as {@link #none}. */
  boolean isEmpty() {
    return empty;
  }

  /** Whether a node may run it: label, pin and capability, not its state. */
  public boolean permits(NodeInfo node) {
    return refusal(node) == null;
  }

  Candidate.@Nullable Exclusion refusal(NodeInfo node) {
    if (!node.capabilities().containsAll(needs)) {
      return Candidate.Exclusion.NOT_CAPABLE;
    }
    if (pin != null && !pin.matches(node)) {
      return Candidate.Exclusion.PINNED_ELSEWHERE;
    }
    boolean in = allowed.isEmpty() || anyMatches(allowed, node);
    boolean out = anyMatches(forbidden, node);
    return in && !out ? null : Candidate.Exclusion.NOT_ALLOWED;
  }

  private static boolean anyMatches(List<NodeSelector> selectors, NodeInfo node) {
    for (NodeSelector selector : selectors) {
      if (selector.matches(node)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof Hints that
            && near.equals(that.near)
            && Objects.equals(pin, that.pin)
            && spread == that.spread
            && allowed.equals(that.allowed)
            && forbidden.equals(that.forbidden)
            && needs.equals(that.needs));
  }

  @Override
  public int hashCode() {
    return Objects.hash(near, pin, spread, allowed, forbidden, needs);
  }

  @Override
  public String toString() {
    return "Hints[near=%s, pin=%s, spread=%s, allowed=%s, forbidden=%s, needs=%s]"
        .formatted(near, pin, spread, allowed, forbidden, needs);
  }

  /** Not thread-safe. */
  public static final class Builder {
    private Near near = Near.CALLER;
    private @Nullable NodeSelector pin;
    private boolean spread;
    private List<NodeSelector> allowed = List.of();
    private List<NodeSelector> forbidden = List.of();
    private Set<String> needs = Set.of();

    private Builder() {}

    /** What it is near to; the caller unless said. */
    @CanIgnoreReturnValue
    public Builder near(Near near) {
      this.near = requireNonNull(near, "near");
      return this;
    }

    /** The only nodes it runs on. */
    @CanIgnoreReturnValue
    public Builder pin(NodeSelector pin) {
      this.pin = requireNonNull(pin, "pin");
      return this;
    }

    /**
     * Whether its requests take turns among the nodes within 50 % + 10 ms of the best, instead of
     * staying with one; off unless said.
     */
    @CanIgnoreReturnValue
    public Builder spread(boolean spread) {
      this.spread = spread;
      return this;
    }

    /** Nodes it may run on, by label; at most 64 selectors. */
    @CanIgnoreReturnValue
    public Builder allowed(List<NodeSelector> allowed) {
      this.allowed = bounded(allowed, "allowed");
      return this;
    }

    /** Nodes it must not run on, by label; at most 64 selectors. */
    @CanIgnoreReturnValue
    public Builder forbidden(List<NodeSelector> forbidden) {
      this.forbidden = bounded(forbidden, "forbidden");
      return this;
    }

    /** What a node must offer, such as the bindings the function uses. */
    @CanIgnoreReturnValue
    public Builder needs(Set<String> needs) {
      this.needs = Set.copyOf(needs);
      return this;
    }

    public Hints build() {
      return new Hints(this);
    }

    private static List<NodeSelector> bounded(List<NodeSelector> selectors, String name) {
      if (selectors.size() > MAX_SELECTORS) {
        throw new IllegalArgumentException(
            name + ": " + selectors.size() + " selectors (expected: at most 64)");
      }
      return List.copyOf(selectors);
    }
  }
}
