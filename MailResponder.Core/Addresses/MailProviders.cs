namespace MailResponder.Addresses;

/// <summary>
/// Providers where a mailbox has more spellings than with and without a plus tag, each with the page that says so.
/// Other providers need no entry. At Mail.ru, GMX and Tuta, each domain has its own mailboxes. An address at
/// foxmail.com is a different mailbox from the owner's at qq.com, and its name does not reveal the owner. Aliases with
/// a name of their own cannot be recognized at any provider.
/// </summary>
internal static class MailProviders
{
    public static readonly MailProvider[] All =
    [
        // Gmail: https://support.google.com/mail/answer/7436150 (dots) and https://support.google.com/mail/answer/10313
        // (googlemail.com).
        new(
            "gmail.com", "googlemail.com")
        {
            AreOne = true,
            Ignored = ".",
        },
        // Proton: https://proton.me/support/addresses-and-aliases (domains, plus tags). Its support says that dots,
        // hyphens and underscores do not count:
        // https://www.sindastra.de/p/1775/protonmail-dots-hyphens-and-underscores.
        new(
            "proton.me", "protonmail.com", "protonmail.ch", "pm.me")
        {
            AreOne = true,
            Ignored = ".-_",
        },
        // Apple: https://support.apple.com/118230 (domains).
        new(
            "icloud.com", "me.com", "mac.com")
        {
            AreOne = true,
        },
        // Yandex: https://yandex.com/support/id/authorization/email.html (a name is reserved in all its domains). Its
        // sign-up treats hyphens and dots in a name as the same.
        new(
            "yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.az", "yandex.co.il",
            "yandex.com.am", "yandex.com.ge", "yandex.com.tr", "yandex.ee", "yandex.fr", "yandex.kg", "yandex.lt",
            "yandex.lv", "yandex.md", "yandex.tj", "yandex.tm", "yandex.uz", "narod.ru")
        {
            AreOne = true,
            ReadAs = "-.",
        },
        // Fastmail: https://www.fastmail.help/hc/en-us/articles/360060591053 (plus tags, subdomains) and
        // https://fastmail.blog/2008/01/24/two-address-resolving-additions (hyphens count as underscores).
        new(
            "fastmail.com", "123mail.org", "150mail.com", "150ml.com", "16mail.com", "2-mail.com", "4email.net",
            "50mail.com", "airpost.net", "allmail.net", "cluemail.com", "elitemail.org", "emailcorner.net",
            "emailengine.net", "emailengine.org", "emailgroups.net", "emailplus.org", "emailuser.net", "eml.cc",
            "f-m.fm", "fast-email.com", "fast-mail.org", "fastem.com", "fastemail.us", "fastemailer.com",
            "fastest.cc", "fastimap.com", "fastmail.cn", "fastmail.co.uk", "fastmail.com.au", "fastmail.de",
            "fastmail.es", "fastmail.fm", "fastmail.fr", "fastmail.im", "fastmail.in", "fastmail.jp", "fastmail.mx",
            "fastmail.net", "fastmail.nl", "fastmail.org", "fastmail.se", "fastmail.to", "fastmail.tw", "fastmail.uk",
            "fastmail.us", "fastmailbox.net", "fastmessaging.com", "fea.st", "fmail.co.uk", "fmailbox.com",
            "fmgirl.com", "fmguy.com", "ftml.net", "h-mail.us", "hailmail.net", "imap-mail.com", "imap.cc",
            "imapmail.org", "inoutbox.com", "internet-e-mail.com", "internet-mail.org", "internetemails.net",
            "internetmailing.net", "jetemail.net", "justemail.net", "letterboxes.org", "mail-central.com",
            "mail-page.com", "mailandftp.com", "mailas.com", "mailbolt.com", "mailc.net", "mailcan.com",
            "mailforce.net", "mailftp.com", "mailhaven.com", "mailingaddress.org", "mailite.com", "mailmight.com",
            "mailnew.com", "mailsent.net", "mailservice.ms", "mailup.net", "mailworks.org", "ml1.net", "mm.st",
            "myfastmail.com", "mymacmail.com", "nospammail.net", "ownmail.net", "petml.com", "postinbox.com",
            "postpro.net", "proinbox.com", "promessage.com", "realemail.net", "reallyfast.biz", "reallyfast.info",
            "rushpost.com", "sent.as", "sent.at", "sent.com", "speedpost.net", "speedymail.org", "ssl-mail.com",
            "swift-mail.com", "the-fastest.net", "the-quickest.com", "theinternetemail.com", "veryfast.biz",
            "veryspeedy.net", "warpmail.net", "xsmail.com", "yepmail.net", "your-mail.com")
        {
            HasSubdomains = true,
            ReadAs = "-_",
        },
        // Yahoo: http://help.yahoo.com/help/uk/bt/tutorials/mail/addressguard2.html (disposable addresses: a base name,
        // a hyphen and a keyword). Other names have no hyphen.
        new(
            "yahoo.com", "ymail.com", "rocketmail.com", "myyahoo.com", "yahoo.at", "yahoo.be", "yahoo.bg", "yahoo.ca",
            "yahoo.cl", "yahoo.co.hu", "yahoo.co.id", "yahoo.co.il", "yahoo.co.in", "yahoo.co.kr", "yahoo.co.nz",
            "yahoo.co.th", "yahoo.co.uk", "yahoo.co.za", "yahoo.com.ar", "yahoo.com.au", "yahoo.com.br",
            "yahoo.com.co", "yahoo.com.hk", "yahoo.com.hr", "yahoo.com.mx", "yahoo.com.my", "yahoo.com.pe",
            "yahoo.com.ph", "yahoo.com.sg", "yahoo.com.tr", "yahoo.com.tw", "yahoo.com.ua", "yahoo.com.ve",
            "yahoo.com.vn", "yahoo.cz", "yahoo.de", "yahoo.dk", "yahoo.ee", "yahoo.es", "yahoo.fi", "yahoo.fr",
            "yahoo.gr", "yahoo.hr", "yahoo.hu", "yahoo.ie", "yahoo.in", "yahoo.it", "yahoo.lt", "yahoo.lv",
            "yahoo.nl", "yahoo.no", "yahoo.pl", "yahoo.pt", "yahoo.ro", "yahoo.rs", "yahoo.se", "yahoo.si",
            "yahoo.sk")
        {
            TagMarks = "+-",
        },
    ];

    /// <summary>Returns the provider that has the domain; null if none is listed.</summary>
    /// <param name="domain">A domain, normalized.</param>
    public static MailProvider? Of(string domain) => Array.Find(All, provider => provider.Has(domain));
}
