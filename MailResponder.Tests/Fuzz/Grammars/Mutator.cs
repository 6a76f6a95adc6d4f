namespace MailResponder.Tests.Fuzz;

/// <summary>
/// Changes inputs slightly: bytes, literals of the grammar, parts of other inputs, repetitions, cuts.
/// </summary>
internal sealed class Mutator(byte[][] words, byte[][] corpus)
{
    private static readonly byte[] TroublesomeBytes =
        [.. "\0\t\n\r\u001b \"'()*,-./:;<=>?@[\\]%&{}_~\u007f"u8, 0x80, 0x85, 0xa0, 0xc0, 0xe2, 0xed, 0xf5, 0xfe, 0xff];

    public void Mutate(FuzzBuffer input, ref FuzzRandom random)
    {
        for (var rounds = 1 + random.Below(4); rounds > 0; rounds--)
            MutateOnce(input, ref random);
    }

    private void MutateOnce(FuzzBuffer input, ref FuzzRandom random)
    {
        var at = random.Below(input.Length);
        var rest = input.Length - at;
        switch (random.Below(9))
        {
            case 0 when rest > 0:
                input.Span[at] ^= (byte)(1 << random.Below(8));
                break;
            case 1 when rest > 0:
                input.Span[at] = Troublesome(ref random);
                break;
            case 2:
                input.Insert(at, [Troublesome(ref random)]);
                break;
            case 3 or 4:
                input.Insert(at, words[random.Below(words.Length)]);
                break;
            case 5 when rest > 0:
                input.Remove(at, 1 + random.Below(Math.Min(rest, 1 << random.Below(9))));
                break;
            case 6 when rest > 0:
                input.Repeat(at, 1 + random.Below(Math.Min(rest, 64)), 1 + random.Below(random.OneIn(64) ? 2000 : 8));
                break;
            case 7 when corpus.Length > 0:
                input.Insert(at, Part(corpus[random.Below(corpus.Length)], ref random));
                break;
            case 8 when random.OneIn(4):
                input.Remove(at, rest);
                break;
            default:
                input.Insert(at, words[random.Below(words.Length)]);
                break;
        }
    }

    private static byte Troublesome(ref FuzzRandom random) => TroublesomeBytes[random.Below(TroublesomeBytes.Length)];

    private static ReadOnlySpan<byte> Part(byte[] other, ref FuzzRandom random)
    {
        var start = random.Below(other.Length);
        return other.AsSpan(start, random.Below(other.Length - start + 1));
    }
}
