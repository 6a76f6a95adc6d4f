using System.Text;

namespace MailResponder.Tests.Fuzz;

/// <summary>
/// Rules that make inputs which get far into a reader before they fail. In an alternative, ‹name› stands for a rule.
/// Characters up to U+00FF stand for that byte, others for their UTF-8. The first alternative of a rule must end the
/// recursion.
/// </summary>
internal sealed class Grammar
{
    private const int MaxDepth = 40;

    private readonly Dictionary<string, int> _names = [];
    private readonly Piece[][][] _rules;

    public Grammar(params (string Name, string[] Alternatives)[] rules)
    {
        foreach (var (name, _) in rules)
            _names.Add(name, _names.Count);
        _rules = Array.ConvertAll(rules, rule => Array.ConvertAll(rule.Alternatives, Pieces));
        Words = [.. _rules.SelectMany(rule => rule).SelectMany(pieces => pieces).Select(piece => piece.Literal)
            .Where(literal => literal.Length > 0).DistinctBy(Encoding.Latin1.GetString)];
    }

    /// <summary>All literals, for the mutator.</summary>
    public byte[][] Words { get; }

    /// <summary>Appends one text of the language.</summary>
    public void Write(string rule, ref FuzzRandom random, FuzzBuffer output) =>
        Write(_names[rule], 0, ref random, output);

    private void Write(int rule, int depth, ref FuzzRandom random, FuzzBuffer output)
    {
        var alternatives = _rules[rule];
        var pieces = alternatives[depth > MaxDepth || output.Room == 0 ? 0 : random.Below(alternatives.Length)];
        foreach (var piece in pieces)
        {
            if (piece.Rule < 0)
                output.Append(piece.Literal);
            else
                Write(piece.Rule, depth + 1, ref random, output);
        }
    }

    private Piece[] Pieces(string alternative)
    {
        var pieces = new List<Piece>();
        foreach (var part in alternative.Split('‹'))
        {
            var close = part.IndexOf('›', StringComparison.Ordinal);
            if (close >= 0)
                pieces.Add(new Piece([], _names[part[..close]]));
            if (part.Length > close + 1)
                pieces.Add(new Piece(Bytes(part[(close + 1)..]), -1));
        }

        return [.. pieces];
    }

    private static byte[] Bytes(string text) =>
        [.. text.EnumerateRunes().SelectMany(
            rune => rune.Value < 256 ? [(byte)rune.Value] : Encoding.UTF8.GetBytes(rune.ToString()))];

    /// <param name="Literal">The bytes to write unchanged; empty if the piece is a rule.</param>
    /// <param name="Rule">The number of the rule, or -1.</param>
    private readonly record struct Piece(byte[] Literal, int Rule);
}
