using System.Text;
using MimeKit.Utils;

namespace MimeKit;

/// <summary>
/// Reads address lists as RFC 5322 3.4 and 4.4 allow them and as people write them. An element that could mean
/// two things is passed over rather than guessed at: a wrong guess would send mail to a stranger.
/// </summary>
sealed class AddressParser(string text)
{
    const int MaxGroupDepth = 3;

    readonly AddressScanner _scanner = new(text);
    readonly StringBuilder _phrase = new();
    readonly StringBuilder _localPart = new();
    readonly Stack<InternetAddressList> _open = new();
    bool _mayBeLocalPart;
    bool _needsDot;
    string? _domain;
    bool _sawJunk;

    /// <summary>Adds what it finds; false if some element was passed over.</summary>
    internal bool Read(InternetAddressList addresses)
    {
        _open.Push(addresses);
        while (true)
        {
            _scanner.DropComment();
            _scanner.SkipBlanks();
            if (_scanner.AtEnd)
                return !_sawJunk;
            if (_scanner.Current == ',')
                _scanner.Advance();
            else if (_scanner.Current == ';')
            {
                _scanner.Advance();
                if (_open.Count > 1)
                    _open.Pop();
            }
            else
                ReadElement();
        }
    }

    void ReadElement()
    {
        _phrase.Clear();
        _localPart.Clear();
        _domain = null;
        _mayBeLocalPart = true;
        _needsDot = false;
        var hadBlank = false;
        while (!_scanner.AtEnd && _scanner.Current is not (',' or ';'))
        {
            if (_scanner.Current == ':')
            {
                OpenGroup();
                return;
            }
            if (_scanner.Current == '<')
            {
                AddAngle();
                return;
            }
            ReadPiece(hadBlank);
            hadBlank = _scanner.SkipBlanks();
        }
        AddBare();
    }

    /// <summary>A word, a dot or an "@" of what may turn out to be a name or an address.</summary>
    void ReadPiece(bool hadBlank)
    {
        var c = _scanner.Current;
        if (c == '"')
        {
            if (_scanner.TryReadQuoted(out var content))
                AddWord(content, hadBlank, QuoteIfNeeded(content));
        }
        else if (InternetAddress.IsAtomCharacter(c))
        {
            var atom = _scanner.ReadAtom().ToString();
            AddWord(atom, hadBlank, atom);
        }
        else if (c == '.')
        {
            _scanner.Advance();
            AddMark('.', _domain is null);
            _needsDot = false;
        }
        else if (c == '@' && _mayBeLocalPart && _localPart.Length > 0)
        {
            _scanner.Advance();
            _domain = _scanner.ReadDomain();
            _mayBeLocalPart = false;
            _phrase.Append('@').Append(_domain);
        }
        else
        {
            _scanner.Advance();
            AddMark(c, false);
        }
    }

    void AddWord(string word, bool hadBlank, string localWord)
    {
        if (hadBlank && _phrase.Length > 0)
            _phrase.Append(' ');
        _phrase.Append(word);
        if (_needsDot)
            AddMark(default, false);
        _localPart.Append(localWord);
        _needsDot = true;
        _domain = null;
    }

    void AddMark(char mark, bool isLocal)
    {
        if (mark != default)
            _phrase.Append(mark);
        if (isLocal)
            _localPart.Append(mark);
        else
        {
            _mayBeLocalPart = false;
            _domain = null;
        }
    }

    void OpenGroup()
    {
        _scanner.Advance();
        if (_open.Count > MaxGroupDepth)
        {
            _sawJunk = true;
            return;
        }
        var group = new GroupAddress(Name(_phrase.ToString()) ?? "");
        _open.Peek().Add(group);
        _open.Push(group.Members);
    }

    void AddBare()
    {
        if (_localPart.Length > 0 && (_domain is not null || _mayBeLocalPart))
            Add(Name(_scanner.Comment), _localPart.ToString(), _domain ?? "");
        else
            _sawJunk = true;
    }

    void AddAngle()
    {
        var name = _phrase.Length > 0 ? _phrase.ToString() : null;
        _scanner.DropComment();
        if (!TryReadAngle(out var localPart, out var domain))
        {
            _sawJunk = true;
            _scanner.SkipTo(",;");
            return;
        }
        Add(Name(name ?? _scanner.Comment), localPart, domain);
    }

    bool TryReadAngle(out string localPart, out string domain)
    {
        localPart = domain = "";
        while (!_scanner.AtEnd && _scanner.Current == '<')
            _scanner.Advance();
        _scanner.SkipBlanks();
        if (!_scanner.AtEnd && _scanner.Current == '@' && !TrySkipRoute())
            return false;
        if (!TryReadLocalPart(out localPart))
            return false;
        if (!_scanner.AtEnd && _scanner.Current == '@')
        {
            _scanner.Advance();
            if (_scanner.ReadDomain() is not { } found)
                return false;
            domain = found;
        }
        while (!_scanner.AtEnd && _scanner.Current == '>')
            _scanner.Advance();
        _scanner.SkipBlanks();
        return _scanner.AtEnd || _scanner.Current is ',' or ';';
    }

    // RFC 5322 4.4: <@relay,@relay:user@domain>; the route itself must be ignored.
    bool TrySkipRoute()
    {
        _scanner.SkipTo(":>");
        if (_scanner.AtEnd || _scanner.Current == '>')
            return false;
        _scanner.Advance();
        _scanner.SkipBlanks();
        return true;
    }

    bool TryReadLocalPart(out string localPart)
    {
        _localPart.Clear();
        for (var needsDot = false; !_scanner.AtEnd; _scanner.SkipBlanks())
        {
            if (_scanner.Current == '.')
            {
                _scanner.Advance();
                _localPart.Append('.');
                needsDot = false;
                continue;
            }
            if (needsDot)
                break;
            var word = _scanner.Current == '"' && _scanner.TryReadQuoted(out var content)
                ? QuoteIfNeeded(content)
                : _scanner.ReadAtom().ToString();
            if (word.Length == 0)
                break;
            _localPart.Append(word);
            needsDot = true;
        }
        localPart = _localPart.ToString();
        return localPart.Length > 0;
    }

    void Add(string? name, string localPart, string domain) =>
        _open.Peek().Add(new MailboxAddress(name, localPart, domain));

    static string? Name(string? phrase) => phrase is null ? null : Rfc2047.Decode(phrase);

    // RFC 5321 4.1.2: "john"@x and john@x are one address, so there is one way to write it.
    static string QuoteIfNeeded(string content)
    {
        var isAtom = content.Length > 0;
        for (var i = 0; i < content.Length; i++)
            isAtom &= InternetAddress.IsAtomCharacter(content[i])
                || (content[i] == '.' && i > 0 && i + 1 < content.Length && content[i - 1] != '.');
        return isAtom ? content : HeaderText.Quote(content);
    }
}
