//! What a cell means. Only the theme knows colours; golden frames print a role as its letter.

macro_rules! roles {
    ($($role:ident $letter:literal $words:literal;)*) => {
        /// The meaning of a glyph.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub enum Role { #[default] $(#[doc = $words] $role),* }

        /// Every role with the letter that golden frames print, and what it is for.
        pub static ROLES: &[(Role, char, &str)] = &[$((Role::$role, $letter, $words)),*];
    };
}

roles! {
    Text      't' "What is said.";
    Faint     'f' "What is there but not now of interest.";
    Line      'l' "Borders and rules.";
    Brand     'B' "The program's name.";
    Alike     'a' "A ReplicaSet and what is its own.";
    Each      'e' "A StatefulSet and what is its own.";
    Loose     'o' "Pods that nobody owns.";
    Good      'g' "Ready, holding, well.";
    Waiting   'w' "On the way, or held back.";
    Bad       'b' "Broken, cut, lost.";
    Doubt     'd' "On record, but nobody can confirm it.";
    Leaving   'v' "Asked to go.";
    Disk      'D' "Claims, volumes and disks.";
    Travel    'r' "Cables, and what travels on them.";
    You       'y' "Who sits at the keyboard.";
    Scheduler 's' "The scheduler.";
    Kubelet   'k' "Kubelets and machines.";
    Control   'c' "Controllers other than the two sets'.";
    Key       'K' "A key to press.";
    Code      '$' "A command line and its output.";
}

impl Role {
    /// The letter that golden frames print.
    pub fn letter(self) -> char {
        ROLES[self as usize].1
    }
}

/// What lies behind a glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Ground {
    /// The screen.
    #[default]
    Page,
    /// A machine.
    Panel,
    /// The title and the keys.
    Bar,
    /// What belongs to the selected thing.
    Lit,
    /// The selected thing.
    Selected,
    /// Something laid over the rest.
    Over,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_distinct_and_rows_in_order() {
        let letters: std::collections::BTreeSet<char> = ROLES.iter().map(|row| row.1).collect();
        assert_eq!(letters.len(), ROLES.len());
        assert!(ROLES.iter().enumerate().all(|(i, row)| row.0 as usize == i));
    }
}
